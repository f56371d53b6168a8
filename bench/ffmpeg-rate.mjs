// FFmpeg's own rate on a clip: decoding and the same live encoding, without translation. Every ratio is relative to it.
import { spawnSync } from 'node:child_process';

const LIVE_ENCODING = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-crf', '23'];

/** Frames per second of `ffmpeg` alone on a clip of `frames` frames. */
export function ffmpegRate(path, frames) {
  const decoding = ['-v', 'error', '-nostdin', '-i', path, '-map', '0:v:0', '-fps_mode', 'passthrough'];
  const args = [...decoding, ...LIVE_ENCODING, '-pix_fmt', 'yuv420p', '-f', 'null', '-'];
  const started = performance.now();
  const result = spawnSync('ffmpeg', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (result.status !== 0) throw new Error(`ffmpeg failed on ${path}: exit code ${result.status}`);
  return frames / ((performance.now() - started) / 1000);
}
