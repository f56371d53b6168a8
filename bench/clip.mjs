// The clip that a benchmark decodes: real footage if present, else the built-in street, rendered once into a temporary folder.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const FOOTAGE = process.env.NOCTURNE_FOOTAGE ?? new URL('../../shared/data', import.meta.url).pathname;

/** Frame sizes of the table, each with its real clip. */
export const SIZES = [
  { name: '360p', width: 640, height: 360, clip: 'city-dashcam-360p30.mp4' },
  { name: '720p', width: 1280, height: 720, clip: 'motorway-bridge-720p25.mp4' },
  { name: '1080p', width: 1920, height: 1080, clip: 'pedestrian-street-1080p30.mp4' },
];

/** Path and origin of the clip of a size. Without footage, renders 300 frames of the street by day into `folder`, once a size. */
export async function clipFor(size, folder) {
  const real = join(FOOTAGE, 'clips', size.clip);
  if (existsSync(real)) return { path: real, origin: size.clip };
  const path = join(folder, `street-${size.name}.mp4`);
  if (!existsSync(path)) {
    const { render } = await import('../dist/index.js');
    const input = `street:size=${size.width}x${size.height},rate=30,duration=10`;
    await render(input, path, { view: 'day', preset: 'veryfast', crf: 20 });
  }
  return { path, origin: 'built-in street' };
}

/** Number of frames in a clip, counted by ffprobe. */
export function frameCount(path) {
  const count = ['-select_streams', 'v:0', '-count_packets', '-show_entries', 'stream=nb_read_packets'];
  const args = ['-v', 'error', ...count, '-of', 'csv=p=0', path];
  return Number.parseInt(execFileSync('ffprobe', args, { encoding: 'utf8' }), 10);
}

/** Which of the programs that the benchmark runs are not installed. */
export function missingPrograms() {
  return ['ffmpeg', 'ffprobe'].filter((name) => spawnSync(name, ['-version'], { stdio: 'ignore' }).status !== 0);
}
