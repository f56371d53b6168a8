import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Packet } from '../../src/core/packet.js';

/** Decodes a video's luma with FFmpeg. Returns one image a frame, 8 bits a pixel. */
export function lumaOfFile(path: string, size: number): readonly Uint8Array[] {
  const args = ['-v', 'error', '-i', path, '-vf', 'extractplanes=y', '-fps_mode', 'passthrough', '-f', 'rawvideo', '-'];
  const { stdout, stderr } = spawnSync('ffmpeg', args, { maxBuffer: 2 ** 30 });
  if (stdout.length === 0 || stdout.length % size !== 0)
    throw new Error(`ffmpeg decoded no frames: ${stderr.toString()}`);
  return Array.from({ length: stdout.length / size }, (_, i) => stdout.subarray(i * size, (i + 1) * size));
}

/** Decodes packets from a keyframe on. Writes them to `path`. */
export function lumaOfPackets(packets: readonly Packet[], path: string, size: number): readonly Uint8Array[] {
  if (!packets[0]?.isKeyframe) throw new TypeError('the first packet must be a keyframe');
  writeFileSync(path, Buffer.concat(packets.map(({ data }) => data)));
  return lumaOfFile(path, size);
}

/** Mean absolute difference of two images, in steps of 8 bits. */
export function meanDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw new RangeError(`images must have one size, got ${a.length} and ${b.length}`);
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;
}
