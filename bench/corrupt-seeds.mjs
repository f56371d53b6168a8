// Small whole files of many formats, and the ways in which `bench/corrupt.mjs` damages them. The same seed gives the same bytes.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const VIDEO = ['-f', 'lavfi', '-i', 'testsrc2=size=64x36:rate=25:duration=0.6'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=0.6'];
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '5', '-pix_fmt', 'yuv420p'];

/** FFmpeg's arguments by file name. */
const SEEDS = {
  'h264.mp4': [...SOUND, ...X264, '-c:a', 'aac', '-movflags', '+faststart'],
  'fragmented.mp4': [...SOUND, ...X264, '-c:a', 'aac', '-movflags', '+frag_keyframe+empty_moov'],
  'hevc.mp4': ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', '-pix_fmt', 'yuv420p'],
  'vp9.mkv': ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-pix_fmt', 'yuv420p'],
  'vp8.webm': [...SOUND, '-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis', '-pix_fmt', 'yuv420p'],
  'h264.ts': [...SOUND, ...X264, '-c:a', 'aac'],
  'mjpeg.avi': [...SOUND, '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-c:a', 'mp2'],
  'prores.mov': ['-c:v', 'prores_ks', '-pix_fmt', 'yuv422p10le'],
  'ffv1.mkv': ['-c:v', 'ffv1', '-pix_fmt', 'yuv420p'],
  'clip.gif': [],
  'h264.flv': [...SOUND, ...X264, '-c:a', 'aac'],
  'mpeg2.mpg': [...SOUND, '-c:v', 'mpeg2video', '-c:a', 'mp2'],
  'still.png': ['-frames:v', '1'],
  'still.jpg': ['-frames:v', '1', '-pix_fmt', 'yuvj420p'],
};

/** Makes the files in a folder. @returns {{ name: string, bytes: Buffer }[]} */
export function makeSeeds(folder) {
  return Object.entries(SEEDS).map(([name, args]) => {
    const path = join(folder, name);
    execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...VIDEO, ...args, path]);
    return { name, bytes: readFileSync(path) };
  });
}

/** Mulberry32. @returns {(below: number) => number} integers from 0 */
export function randomOf(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** A range of up to a quarter of the bytes. */
function rangeIn(bytes, random) {
  const length = 1 + random(Math.max(1, bytes.length >> 2));
  const start = random(Math.max(1, bytes.length - length));
  return { start, end: start + length };
}

function flip(bytes, random, count, within = bytes.length) {
  const damaged = Buffer.from(bytes);
  for (let n = 0; n < count; n++) damaged[random(within)] ^= 1 << random(8);
  return damaged;
}

function fill(bytes, random, value) {
  const { start, end } = rangeIn(bytes, random);
  return Buffer.from(bytes).fill(value, start, end);
}

function garbage(random, length) {
  return Buffer.from(Array.from({ length }, () => random(256)));
}

/** Ways to damage bytes, by name. */
export const MUTATIONS = {
  'cut early': (bytes, random) => bytes.subarray(0, random(Math.ceil(bytes.length / 10))),
  'cut in the middle': (bytes, random) => bytes.subarray(0, (bytes.length >> 2) + random(bytes.length >> 1)),
  'cut late': (bytes, random) => bytes.subarray(0, bytes.length - 1 - random(bytes.length >> 3)),
  'start missing': (bytes, random) => bytes.subarray(1 + random(bytes.length >> 2)),
  'one bit': (bytes, random) => flip(bytes, random, 1),
  'twenty bits': (bytes, random) => flip(bytes, random, 20),
  'one bit in a hundred bytes': (bytes, random) => flip(bytes, random, Math.ceil(bytes.length / 100)),
  'header bits': (bytes, random) => flip(bytes, random, 4, Math.min(256, bytes.length)),
  zeros: (bytes, random) => fill(bytes, random, 0),
  ones: (bytes, random) => fill(bytes, random, 0xff),
  'range twice': (bytes, random) => {
    const { start, end } = rangeIn(bytes, random);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  },
  'range missing': (bytes, random) => {
    const { start, end } = rangeIn(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  'halves exchanged': (bytes, random) => {
    const at = (bytes.length >> 2) + random(bytes.length >> 1);
    return Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)]);
  },
  'garbage inside': (bytes, random) => {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), garbage(random, 1 + random(2000)), bytes.subarray(at)]);
  },
  'garbage after': (bytes, random) => Buffer.concat([bytes, garbage(random, 1 + random(2000))]),
};
