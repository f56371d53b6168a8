import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { BoxBlur } from '../../src/image/blur.js';
import { Morphology } from '../../src/image/morphology.js';
import { PlaneKernel } from '../../src/image/plane-kernel.js';

const WIDTH = 128;
const HEIGHT = 72;
const SIZE = WIDTH * HEIGHT;

/** Fills a plane with random numbers from `from` to `to`; the seed determines them. */
function fillRandom(plane: Float32Array, seed: number, [from, to]: readonly [number, number]): Float32Array {
  const random = new Random(seed);
  for (let i = 0; i < plane.length; i++) plane[i] = random.between(from, to);
  return plane;
}

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe('PlaneKernel', () => {
  it('allocates contiguous planes of zeros until its memory is exhausted', async () => {
    const kernel = await PlaneKernel.open();
    const [first, second] = [kernel.plane(SIZE), kernel.plane(3)];
    expect(second.byteOffset).toBe(first.byteOffset + first.byteLength);
    expect(kernel.plane(1).byteOffset).toBe(second.byteOffset + 16);
    expect(first.every((value) => value === 0)).toBe(true);
    expect(() => kernel.plane(1 << 21)).toThrow(RangeError);
    expect(kernel.plane(4)).toHaveLength(4);
  });

  it('returns addresses of its own planes only', async () => {
    const kernel = await PlaneKernel.open();
    const plane = kernel.plane(8);
    expect(kernel.addressOf(plane)).toBe(plane.byteOffset);
    expect(() => kernel.addressOf(new Float32Array(8))).toThrow(TypeError);
  });

  it('filters its own planes and others to the same result', async () => {
    const kernel = await PlaneKernel.open();
    const own = fillRandom(kernel.plane(SIZE), 1, [0, 1]);
    const [other, out] = [own.slice(), new Float32Array(SIZE)];
    const [blur, morphology] = [new BoxBlur(kernel, WIDTH, HEIGHT), new Morphology(kernel, WIDTH, HEIGHT)];
    blur.blurInto(other, [3, 2], 'inside', out);
    morphology.closeInto(out, 2, out);
    blur.blurInto(own, [3, 2], 'inside', own);
    morphology.closeInto(own, 2, own);
    expect(own).toEqual(out);
  });

  it('rejects planes and radii beyond its limits', async () => {
    const kernel = await PlaneKernel.open();
    expect(() => new Morphology(kernel, 449, 10)).toThrow(RangeError);
    expect(() => new BoxBlur(kernel, 448, 257)).toThrow(RangeError);
    const morphology = new Morphology(kernel, 2, 2);
    for (const radius of [-1, 0.5, 17, NaN]) {
      expect(() => morphology.dilateInto(new Float32Array(4), radius, new Float32Array(4))).toThrow(RangeError);
    }
  });

  it('halves a thumbnail to means, extremes and the most saturated of four pixels', async () => {
    const kernel = await PlaneKernel.open();
    const day = fillRandom(kernel.plane(12 * SIZE), 2, [-0.5, 1.2]);
    const planes = kernel.plane(8 * SIZE);
    kernel.calls.halve(kernel.addressOf(day), kernel.addressOf(planes));
    const wanted = new Float32Array(8 * SIZE);
    for (let i = 0; i < SIZE; i++) {
      const at = 4 * WIDTH * Math.floor(i / WIDTH) + 2 * (i % WIDTH);
      const four = [at, at + 1, at + 2 * WIDTH, at + 2 * WIDTH + 1];
      const [y, u, v] = [0, 1, 2].map((c) => four.map((pixel) => day[c * 4 * SIZE + pixel]!)) as [
        number[],
        number[],
        number[],
      ]; // three channels
      const saturations = u.map((value, k) => Math.hypot(value, v[k]!));
      const best = saturations.indexOf(Math.max(...saturations));
      const mean = (values: number[]): number => values.reduce((a, b) => a + b) / 4;
      const extremes = [Math.max(0, ...y), Math.min(1, ...y)];
      const all = [mean(y), ...extremes, mean(u), mean(v), saturations[best]!, u[best]!, v[best]!];
      all.forEach((value, k) => (wanted[k * SIZE + i] = value));
    }
    expect(largestDifference(planes, wanted)).toBeLessThan(1e-6);
  });

  it('splats each sample onto the eight nodes around it and preserves the sums', async () => {
    const kernel = await PlaneKernel.open();
    const [luma, u, s] = [kernel.plane(SIZE), kernel.plane(SIZE), kernel.plane(SIZE)];
    const sums = kernel.plane(9 * 16 * 8 * 8);
    const splat = (): void => {
      const [a, b, c, d] = [luma, u, s, sums].map((plane) => kernel.addressOf(plane)) as [
        number,
        number,
        number,
        number,
      ]; // four planes
      kernel.calls.splat(a, b, c, d);
    };
    fillRandom(luma, 3, [-0.1, 1.1]);
    fillRandom(u, 4, [-0.5, 0.5]);
    fillRandom(s, 5, [0, 1]);
    splat();
    const totals = [0, 1, 2, 3, 4].map((k) => sums.reduce((sum, value, i) => (i % 8 === k ? sum + value : sum), 0));
    const wanted = [1, 2, 3, 4, 5].map(() => 0);
    for (let i = 0; i < SIZE; i++) {
      [1, u[i]!, u[i]! ** 2, s[i]!, s[i]! * u[i]!].forEach((value, k) => (wanted[k]! += value));
    }
    totals.forEach((total, k) => expect(total).toBeCloseTo(wanted[k]!, 1));
    // One sample near cell (2, 3), towards its right and lower neighbours, with luma between bins 2 and 3.
    const at = (2 * 8 + 4 + 1) * WIDTH + 3 * 8 + 4 + 1;
    luma[at] = 0;
    splat();
    const without = sums.slice();
    luma[at] = 2.25 / 7;
    splat();
    const node = (row: number, column: number, bin: number): number => ((row * 16 + column) * 8 + bin) * 8;
    const gained = (index: number): number => sums[index]! - without[index]!;
    const near = 1 - 1.5 / 8;
    expect(gained(node(2, 3, 2))).toBeCloseTo(near * near * 0.75, 4);
    expect(gained(node(2, 4, 3))).toBeCloseTo(near * (1 - near) * 0.25, 4);
    expect(gained(node(3, 4, 2))).toBeCloseTo((1 - near) ** 2 * 0.75, 4);
  });

  it('spreads a share of the neighbours’ sums to each node along one axis', async () => {
    const kernel = await PlaneKernel.open();
    const [sums, out] = [kernel.plane(9 * 16 * 8 * 8), kernel.plane(9 * 16 * 8 * 8)];
    fillRandom(sums, 6, [0, 1]);
    for (const [step, count] of [
      [1, 8],
      [8, 16],
      [128, 9],
    ] as const) {
      kernel.calls.spread(kernel.addressOf(sums), kernel.addressOf(out), step, count, 0.25);
      const wanted = sums.map((value, i) => {
        const position = Math.floor(i / 8 / step) % count;
        const before = position > 0 ? i - 8 * step : i;
        const after = position < count - 1 ? i + 8 * step : i;
        return value + 0.25 * (sums[before]! + sums[after]!);
      });
      expect(largestDifference(out, wanted)).toBeLessThan(1e-6);
    }
  });

  it('floods a plane from its seeds, decaying with each sample', async () => {
    const kernel = await PlaneKernel.open();
    const [width, height] = [20, 7];
    const [plane, weights] = [kernel.plane(width * height), kernel.plane(width * height)];
    fillRandom(weights, 7, [0.6, 1]);
    fillRandom(plane, 8, [0, 0.2]);
    plane[11] = 1;
    plane[6 * width + 3] = 0.9;
    const wanted = plane.slice();
    const enter = (i: number, from: number): void => {
      wanted[i] = Math.max(wanted[i]!, wanted[from]! * weights[i]!);
    };
    const alongRow = (y: number): void => {
      for (let x = 1; x < width; x++) enter(y * width + x, y * width + x - 1);
      for (let x = width - 2; x >= 0; x--) enter(y * width + x, y * width + x + 1);
    };
    const intoRow = (y: number, from: number): void => {
      for (let x = 0; x < width && from >= 0; x++) enter(y * width + x, from * width + x);
      alongRow(y);
    };
    for (let y = 0; y < height; y++) intoRow(y, y - 1);
    for (let y = height - 2; y >= 0; y--) intoRow(y, y + 1);
    kernel.calls.flood(kernel.addressOf(plane), kernel.addressOf(weights), width, height);
    expect(largestDifference(plane, wanted)).toBeLessThan(1e-6);
  });
});
