// The clip a benchmark runs on: real footage where there is some, else the built-in street, encoded once into a temporary folder.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const FOOTAGE = process.env.NOCTURNE_FOOTAGE ?? new URL('../../shared/data', import.meta.url).pathname;

/** Sizes of the table, with the real clip of that size. */
export const SIZES = [
  { name: '360p', width: 640, height: 360, clip: 'city-dashcam-360p30.mp4' },
  { name: '720p', width: 1280, height: 720, clip: 'motorway-bridge-720p25.mp4' },
  { name: '1080p', width: 1920, height: 1080, clip: 'pedestrian-street-1080p30.mp4' },
];

/** Path and origin of the clip for a size; makes 300 frames of the street at day when there is no footage. */
export async function clipFor(size, folder) {
  const real = join(FOOTAGE, 'clips', size.clip);
  if (existsSync(real)) return { path: real, origin: size.clip };
  const { render } = await import('../dist/index.js');
  const path = join(folder, `street-${size.name}.mp4`);
  const input = `street:size=${size.width}x${size.height},rate=30,duration=10`;
  await render(input, path, { view: 'day', preset: 'veryfast', crf: 20 });
  return { path, origin: 'built-in street' };
}

/** Frames of a clip, counted by ffprobe. */
export function frameCount(path) {
  const args = [
    '-v',
    'error',
    '-select_streams',
    'v:0',
    '-count_packets',
    '-show_entries',
    'stream=nb_read_packets',
    '-of',
    'csv=p=0',
  ];
  return Number.parseInt(execFileSync('ffprobe', [...args, path], { encoding: 'utf8' }), 10);
}
