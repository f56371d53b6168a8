// Renders every clip of the footage and compares it with its source: frames, pts, size, sound. `node scripts/render-clips.mjs OUT` (NOCTURNE_FOOTAGE sets
// the folder). Writes the night clips and a contact sheet, day beside night, to OUT.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import sharp from 'sharp';
import { render } from '../dist/index.js';

const FOOTAGE = process.env.NOCTURNE_FOOTAGE ?? new URL('../../shared/data', import.meta.url).pathname;
const out = process.argv[2] ?? 'out/clips';
const clips = join(FOOTAGE, 'clips');
if (!existsSync(clips)) {
  process.stderr.write(`SKIPPED: no footage at ${clips}; set NOCTURNE_FOOTAGE\n`);
  process.exit(0);
}
mkdirSync(out, { recursive: true });

const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
const probe = (path, stream, entries) =>
  run('ffprobe', '-v', 'error', '-select_streams', stream, '-show_entries', entries, '-of', 'csv=p=0', path);
// Presented frames: an edit list may hide packets at the start of a file.
const sorted = (text) =>
  text
    .split('\n')
    .map((line) => line.replace(/,.*/, ''))
    .filter(Boolean)
    .map(Number)
    .sort((a, b) => a - b);
const sound = (path) =>
  probe(path, 'a', 'stream=index').trim() === ''
    ? 'none'
    : run('ffmpeg', '-v', 'error', '-i', path, '-map', '0:a', '-c', 'copy', '-f', 'md5', '-').trim();

/** Writes one frame of a clip, 640x360. */
function still(path, seconds, to) {
  run('ffmpeg', '-v', 'error', '-y', '-ss', String(seconds), '-i', path, '-frames:v', '1', '-vf', 'scale=640:360', to);
  return to;
}

const tiles = [];
let faults = 0;
for (const name of readdirSync(clips)
  .filter((file) => file.endsWith('.mp4'))
  .sort()) {
  const [day, night] = [join(clips, name), join(out, name)];
  const report = await render(day, night, { overwrite: true, preset: 'veryfast' });
  const times = [day, night].map((path) => sorted(probe(path, 'v:0', 'frame=pts_time')));
  const samePts = times[0].length === times[1].length && times[0].every((time, i) => time === times[1][i]);
  const sizes = [day, night].map((path) => probe(path, 'v:0', 'stream=width,height').trim());
  const sounds = [day, night].map(sound);
  const sameSound = sounds[0] === sounds[1];
  const ok = samePts && sizes[0] === sizes[1] && sameSound && report.liveFrames === 0;
  faults += ok ? 0 : 1;
  const soundText = sounds[0] === 'none' ? 'no sound' : sameSound ? 'sound identical' : 'SOUND DIFFERS';
  process.stdout.write(
    `${ok ? 'ok   ' : 'FAULT'} ${name.padEnd(34)} ${times[1].length}/${times[0].length} frames, pts ${samePts ? 'identical' : 'DIFFER'}, ${sizes[1]}, ${soundText}, ${report.frameRate.toFixed(1)} frames/s, ${report.liveFrames} frames left open\n`,
  );
  for (const share of [0.35, 0.8]) {
    const seconds = times[0].at(-1) * share;
    const stem = join(out, `${parse(name).name}-${share}`);
    tiles.push(still(day, seconds, `${stem}-day.png`), still(night, seconds, `${stem}-night.png`));
  }
}
const columns = 4;
const sheet = sharp({
  create: { width: columns * 640, height: Math.ceil(tiles.length / columns) * 360, channels: 3, background: '#000' },
});
await sheet
  .composite(tiles.map((input, i) => ({ input, left: (i % columns) * 640, top: Math.floor(i / columns) * 360 })))
  .png()
  .toFile(join(out, 'sheet.png'));
process.stdout.write(`contact sheet: ${join(out, 'sheet.png')}\n`);
process.exitCode = faults > 0 ? 1 : 0;
