import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { allocatePlanes, type Planes } from '../../src/synth/planes.js';
import { Street } from '../../src/synth/street.js';

const SIZE = { width: 320, height: 180 };
const STEP_S = 1 / 30;

function digest(planes: Planes): string {
  return createHash('sha256').update(planes.y).update(planes.u).update(planes.v).digest('hex');
}

function meanLuma(planes: Planes, rows: readonly [number, number] = [0, planes.height]): number {
  const part = planes.y.subarray(rows[0] * planes.width, rows[1] * planes.width);
  return part.reduce((sum, value) => sum + value, 0) / part.length;
}

describe('the street', () => {
  it('paints the same bytes for the same seed and time, in any order of times', () => {
    const a = new Street({ ...SIZE, seed: 5 });
    const b = new Street({ ...SIZE, seed: 5 });
    const late = digest(a.day(40));
    const early = digest(a.day(2));
    expect(digest(b.day(2))).toBe(early);
    expect(digest(b.night(2))).toBe(digest(a.night(2)));
    expect(digest(b.day(40))).toBe(late);
    expect(late).not.toBe(early);
    expect(digest(new Street({ ...SIZE, seed: 6 }).day(2))).not.toBe(early);
  });

  it('paints the same bytes into padded planes and planes without padding', () => {
    const street = new Street({ ...SIZE, seed: 2 });
    const tight = street.day(3);
    const strides = [SIZE.width + 32, SIZE.width / 2 + 16, SIZE.width / 2 + 16] as const;
    const padded: Planes = {
      ...SIZE,
      y: new Uint8Array(strides[0] * SIZE.height).fill(7),
      u: new Uint8Array((strides[1] * SIZE.height) / 2).fill(7),
      v: new Uint8Array((strides[2] * SIZE.height) / 2).fill(7),
      strides,
    };
    street.dayInto(3, padded);
    for (let row = 0; row < SIZE.height; row++) {
      const from = row * strides[0];
      expect(padded.y.subarray(from, from + SIZE.width)).toEqual(
        tight.y.subarray(row * SIZE.width, (row + 1) * SIZE.width),
      );
      expect(padded.y.subarray(from + SIZE.width, from + strides[0]).every((value) => value === 7)).toBe(true);
    }
    for (let row = 0; row < SIZE.height / 2; row++) {
      const half = SIZE.width / 2;
      expect(padded.v.subarray(row * strides[2], row * strides[2] + half)).toEqual(
        tight.v.subarray(row * half, (row + 1) * half),
      );
    }
  });

  it.each([
    [64, 36],
    [128, 96],
    [202, 358],
    [1920, 1080],
  ])('repaints every pixel at %dx%d', (width, height) => {
    const street = new Street({ width, height, seed: 3 });
    const first = street.day(7);
    const second = allocatePlanes(width, height);
    for (const plane of [second.y, second.u, second.v]) plane.fill(255);
    street.dayInto(7, second);
    expect(digest(second)).toBe(digest(first));
    expect(first.y.every((value) => value >= 16 && value <= 235)).toBe(true);
  });

  it('exists for hours and before time 0', () => {
    const street = new Street({ ...SIZE, seed: 4 });
    for (const time of [-30, 3600, 36_000]) {
      const mean = meanLuma(street.day(time));
      expect(mean, `at ${time} s`).toBeGreaterThan(70);
      expect(mean, `at ${time} s`).toBeLessThan(190);
    }
  });

  it('moves smoothly: consecutive frames differ little', () => {
    const street = new Street({ ...SIZE, seed: 1 });
    let last = street.day(0);
    for (let n = 1; n <= 30; n++) {
      const next = street.day(n * STEP_S);
      let sum = 0;
      for (let i = 0; i < next.y.length; i++) sum += Math.abs((next.y[i] ?? 0) - (last.y[i] ?? 0));
      expect(sum / next.y.length).toBeLessThan(16);
      expect(sum).toBeGreaterThan(0);
      last = next;
    }
  });

  it('is much darker by night, especially its sky', () => {
    for (const seed of [1, 2, 3]) {
      const street = new Street({ ...SIZE, seed });
      const day = street.day(5);
      const night = street.night(5);
      expect(meanLuma(night)).toBeLessThan(0.55 * meanLuma(day));
      const { objects } = street.truth(5, 5);
      let sky = 0;
      let count = 0;
      for (let i = 0; i < (SIZE.width * SIZE.height) / 3; i++) {
        if (objects[i] !== 0) continue;
        sky += night.y[i] ?? 0;
        count++;
      }
      expect(count).toBeGreaterThan(500);
      expect(sky / count).toBeLessThan(40);
    }
  });

  it('shows what it always showed: the mean luma of twelve tiles', () => {
    const tilesOf = (planes: Planes): number[] =>
      Array.from({ length: 12 }, (_, tile) => {
        const [left, top] = [(tile % 4) * 80, Math.floor(tile / 4) * 60];
        let sum = 0;
        for (let y = top; y < top + 60; y++) for (let x = left; x < left + 80; x++) sum += planes.y[y * 320 + x] ?? 0;
        return sum / 4800;
      });
    const street = new Street({ ...SIZE, seed: 1 });
    const day = [91.85, 146.7, 143.75, 89.7, 86, 107.83, 118.74, 117.19, 94.89, 109.04, 103.83, 110.58];
    const night = [41.54, 42.34, 38.55, 35.15, 64.59, 55.2, 49.68, 70.26, 46.41, 70.66, 78.5, 72.18];
    for (const [tile, luma] of tilesOf(street.day(6)).entries()) expect(luma).toBeCloseTo(day[tile]!, 1);
    for (const [tile, luma] of tilesOf(street.night(6)).entries()) expect(luma).toBeCloseTo(night[tile]!, 1);
  });

  it('rejects odd sizes and planes of another size', () => {
    expect(() => new Street({ width: 321, height: 180, seed: 1 })).toThrow(/width .* got 321/);
    expect(() => new Street({ width: 320, height: 20, seed: 1 })).toThrow(/height .* got 20/);
    expect(() => new Street({ ...SIZE, seed: 0.5 })).toThrow(/seed .* got 0.5/);
    expect(() => new Street({ ...SIZE, seed: 1 }).dayInto(0, allocatePlanes(64, 36))).toThrow(/320x180, got 64x36/);
  });
});
