import { endianness } from 'node:os';

/** FFmpeg filters that rotate a video upright, in order; empty when it is already upright. */
export type RotationFilters = readonly string[];

/**
 * Rotations by multiples of 90 degrees and flips for a display matrix, as the ffmpeg tool applies them; none for other
 * angles. @param matrix nine 32-bit integers, 16.16 fixed point, in the machine's byte order (ISO/IEC 14496-12, 8.5.2).
 */
export function rotationFilters(matrix: Uint8Array): RotationFilters {
  if (matrix.byteLength < 36) return [];
  const view = new DataView(matrix.buffer, matrix.byteOffset, 36);
  const isLittle = endianness() === 'LE';
  const at = (index: number): number => view.getInt32(index * 4, isLittle) / 65_536;
  const [a, b, c, d] = [at(0), at(1), at(3), at(4)];
  const scaleX = Math.hypot(a, c);
  const scaleY = Math.hypot(b, d);
  if (scaleX === 0 || scaleY === 0) return [];
  const degrees = (Math.atan2(b / scaleY, a / scaleX) * 180) / Math.PI;
  const angle = ((degrees % 360) + 360) % 360;
  if (Math.abs(angle - 90) < 1) return [c > 0 ? 'transpose=cclock_flip' : 'transpose=clock'];
  if (Math.abs(angle - 180) < 1) return [...(a < 0 ? ['hflip'] : []), ...(d < 0 ? ['vflip'] : [])];
  if (Math.abs(angle - 270) < 1) return [c < 0 ? 'transpose=clock_flip' : 'transpose=cclock'];
  return d < 0 ? ['vflip'] : [];
}

/** True when the filters swap width and height. */
export function swapsWidthAndHeight(filters: RotationFilters): boolean {
  return filters.some((filter) => filter.startsWith('transpose'));
}
