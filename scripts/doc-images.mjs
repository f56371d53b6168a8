// Makes the images of the README, day beside night, in docs/images: the built-in street, and a clip of the footage if present. Needs ffmpeg.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { render } from '../dist/index.js';

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

try {
  await sideBySide('street:size=1280x720,rate=25,seed=1,duration=30', 24, 'street.jpg');
  const clip = join(footage, 'clips/freeway-dashcam-540p25.mp4');
  if (existsSync(clip)) await sideBySide(clip, 8, 'freeway.jpg');
  else process.stderr.write(`SKIPPED: no footage at ${clip}; set NOCTURNE_FOOTAGE\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
