// FFmpeg's own rate on a clip: decode and the same live encode, no translation. The yardstick of every ratio.
import { spawnSync } from 'node:child_process';

/** Frames a second of `ffmpeg` alone; also the share of the machine's time it used. */
export function ffmpegRate(path, frames) {
  const started = performance.now();
  const encode = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-tune',
    'zerolatency',
    '-crf',
    '23',
    '-pix_fmt',
    'yuv420p',
  ];
  const args = [
    '-v',
    'error',
    '-nostdin',
    '-i',
    path,
    '-map',
    '0:v:0',
    '-fps_mode',
    'passthrough',
    ...encode,
    '-f',
    'null',
    '-',
  ];
  const result = spawnSync('ffmpeg', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (result.status !== 0) throw new Error(`ffmpeg failed on ${path}: exit code ${result.status}`);
  return frames / ((performance.now() - started) / 1000);
}
