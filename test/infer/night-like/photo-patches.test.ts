import { describe, expect, test } from 'vitest';
import {
  patchSet,
  PATCH_CHANNELS,
  PATCH_COUNT,
  PATCH_SIDE,
  PATCH_SIZE,
  photoPatches,
} from '../../../src/infer/night-like/photo-patches.js';
import type { RgbImage } from '../../../src/image/rgb-image.js';

/** A dark photo with one white spot. */
function photo(width: number, height: number, x: number, y: number): RgbImage {
  const data = new Uint8Array(3 * width * height).fill(20);
  for (let dy = 0; dy < 6; dy++) {
    for (let dx = 0; dx < 6; dx++) data.fill(255, 3 * ((y + dy) * width + x + dx), 3 * ((y + dy) * width + x + dx) + 3);
  }
  return { width, height, data };
}

describe('photoPatches', () => {
  test('has the whole photo first, then what is around the brightest place, whatever its shape', () => {
    for (const [width, height] of [
      [512, 288],
      [288, 512],
      [1024, 144],
    ] as const) {
      const [x, y] = [width / 2 + 6, height / 2 + 12];
      const [whole, lamp, ...others] = photoPatches(photo(width, height, x, y));
      expect([whole?.length, others.length]).toEqual([PATCH_SIZE, PATCH_COUNT - 2]);
      const lumas = (patch: Float32Array): number[] => [...patch].filter((_, i) => i % PATCH_CHANNELS === 0);
      expect(Math.max(...lumas(whole!))).toBeLessThan(0.95);
      expect(lumas(lamp!).filter((luma) => luma > 0.9)).toHaveLength(36);
      const rows = [...lamp!].filter((_, i) => i % PATCH_CHANNELS === 3);
      expect(rows[0]).toBeLessThan(rows.at(-1)!);
    }
  });
});

describe('patchSet', () => {
  test('takes from each photo in turns, and begins again where there are too few', () => {
    const patches = (value: number, count: number): Float32Array[] =>
      Array.from({ length: count }, (_, k) => new Float32Array(PATCH_SIZE).fill(value + k / 100));
    const firsts = (set: Float32Array): number[] =>
      Array.from({ length: PATCH_COUNT }, (_, k) => Math.round(100 * set[k * PATCH_SIZE]!) / 100);
    const set = firsts(patchSet([patches(1, 24), patches(2, 24), patches(3, 2)]));
    expect(set.slice(0, 9)).toEqual([1, 2, 3, 1.01, 2.01, 3.01, 1.02, 2.02, 3]);
    expect(() => patchSet([])).toThrow(RangeError);
    expect(PATCH_SIDE).toBe(32);
  });
});
