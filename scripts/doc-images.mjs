// Makes the images of the README in docs/images: day beside night, and days with variants of their night, of the built-in street and of clips of
// the footage whose licence permits it, if present. Needs ffmpeg.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { augment, render } from '../dist/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const footage = process.env.NOCTURNE_FOOTAGE ?? join(root, '../shared/data');
const folder = mkdtempSync(join(tmpdir(), 'nocturne-images-'));

/** Seconds of the input before the frame: by then the motion has shown what faces where. */
const LEAD = 6;

/** Writes one frame of an input, at some seconds, beside its night, 1600 columns together. */
async function sideBySide(input, seconds, name) {
  const window = { start: seconds - LEAD, duration: LEAD + 1, crf: 14, preset: 'veryfast', overwrite: true };
  const [day, night] = [join(folder, 'day.mp4'), join(folder, 'night.mp4')];
  await render(input, day, { ...window, view: 'day' });
  await render(input, night, window);
  const args = ['-v', 'error', '-y', '-ss', String(LEAD), '-i', day, '-ss', String(LEAD), '-i', night];
  const filter = '[0]scale=800:-2[a];[1]scale=800:-2[b];[a][b]hstack';
  execFileSync('ffmpeg', [
    ...args,
    '-filter_complex',
    filter,
    '-frames:v',
    '1',
    '-q:v',
    '3',
    join(root, 'docs/images', name),
  ]);
  process.stdout.write(`docs/images/${name}\n`);
}

/** Writes one frame of a video as an image. */
function still(video, seconds, path) {
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-ss', String(seconds), '-i', video, '-frames:v', '1', path]);
}

/** Writes days of the street and of two clips, and beside each the first three variants of its night that the judge accepts. */
async function variants(name) {
  const days = join(folder, 'days');
  mkdirSync(days);
  const street = join(folder, 'street.mp4');
  const input = 'street:size=1280x720,rate=25,seed=1,duration=25';
  await render(input, street, { view: 'day', crf: 10, preset: 'veryfast', overwrite: true });
  still(street, 24, join(days, 'street.png'));
  still(join(footage, 'clips/city-dashcam-360p30.mp4'), 12, join(days, 'city.png'));
  still(join(footage, 'clips/freeway-dashcam-540p25.mp4'), 8, join(days, 'freeway.png'));
  const nights = join(folder, 'nights');
  await augment(days, nights, { variants: 8, seed: 3, report: false });
  const lines = readFileSync(join(nights, 'nocturne/manifest.jsonl'), 'utf8').trim().split('\n');
  const accepted = lines.map((line) => JSON.parse(line)).filter(({ verdict }) => verdict === 'accepted');
  const [width, height, gap] = [400, 225, 6];
  const cells = [];
  for (const [row, item] of ['city.png', 'freeway.png', 'street.png'].entries()) {
    const made = accepted.filter((night) => night.item === item).slice(0, 3);
    const paths = [join(days, item), ...made.map(({ output }) => join(nights, output))];
    for (const [column, path] of paths.entries()) {
      const cell = await sharp(path).resize(width, height).toBuffer();
      cells.push({ input: cell, left: column * (width + gap), top: row * (height + gap) });
    }
  }
  const size = { width: 4 * (width + gap) - gap, height: 3 * (height + gap) - gap };
  await sharp({ create: { ...size, channels: 3, background: 'white' } })
    .composite(cells)
    .webp({ quality: 80, effort: 6 })
    .toFile(join(root, 'docs/images', name));
  process.stdout.write(`docs/images/${name}\n`);
}

const wanted = process.argv.slice(2);
const isWanted = (name) => wanted.length === 0 || wanted.includes(name);

try {
  if (isWanted('street.jpg')) await sideBySide('street:size=1280x720,rate=25,seed=1,duration=30', 24, 'street.jpg');
  const clip = join(footage, 'clips/freeway-dashcam-540p25.mp4');
  if (existsSync(clip)) {
    if (isWanted('freeway.jpg')) await sideBySide(clip, 8, 'freeway.jpg');
    if (isWanted('variants.webp')) await variants('variants.webp');
  } else process.stderr.write(`SKIPPED: no footage at ${clip}; set NOCTURNE_FOOTAGE\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
