import { describe, expect, it } from 'vitest';
import { Flicker } from '../../src/temporal/flicker.js';
import { markUntrusted, WarpingError } from '../../src/temporal/warping-error.js';

const SIZE = { width: 16, height: 10 };
const COUNT = SIZE.width * SIZE.height;

/** `[10, 16]`. */
const plane = (value: (x: number, y: number) => number): Float32Array =>
  Float32Array.from({ length: COUNT }, (_, i) => value(i % SIZE.width, Math.floor(i / SIZE.width)));
/** `[2, 10, 16]`. */
const flow = (vector: (x: number, y: number) => readonly [number, number]): Float32Array =>
  Float32Array.of(...plane((x, y) => vector(x, y)[0]), ...plane((x, y) => vector(x, y)[1]));
const marks = (backward: Float32Array, forward: Float32Array): Uint8Array => {
  const mask = new Uint8Array(COUNT);
  markUntrusted({ backward, forward }, SIZE, mask);
  return mask;
};
const all = new Uint8Array(COUNT);

describe('WarpingError', () => {
  const texture = (x: number, y: number): number => 0.5 + 0.3 * Math.sin(x) * Math.cos(0.7 * y);

  it('computes the mean squared difference, and its ratio to the variance', () => {
    const error = new WarpingError(SIZE);
    const before = plane(texture);
    error.add(plane((x, y) => texture(x, y) + 0.1), before, flow(() => [0, 0]), all); // prettier-ignore
    expect(error.squared).toBeCloseTo(0.01, 5);
    const mean = before.reduce((sum, value) => sum + value, 0) / COUNT;
    const variance = before.reduce((sum, value) => sum + (value - mean) ** 2, 0) / COUNT;
    expect(error.value).toBeCloseTo(0.01 / variance, 4);
  });

  it('ignores motion along the flow, also by fractions of a sample', () => {
    const ramp = (x: number, y: number): number => 0.02 * x + 0.03 * y;
    const error = new WarpingError(SIZE);
    const now = plane((x, y) => ramp(x - 1.5, y + 2));
    const inside = plane((x, y) => (x >= 2 && y < SIZE.height - 2 ? 0 : 1));
    error.add(now, plane(ramp), flow(() => [-1.5, 2]), Uint8Array.from(inside)); // prettier-ignore
    expect(error.squared).toBeLessThan(1e-12);
  });

  it('skips untrusted samples', () => {
    const error = new WarpingError(SIZE);
    const jump = plane((x) => (x < 8 ? 0.2 : 0.9));
    const untrusted = Uint8Array.from(plane((x) => (x < 8 ? 0 : 1)));
    error.add(jump, plane(() => 0.2), flow(() => [0, 0]), untrusted); // prettier-ignore
    expect(error.squared).toBeLessThan(1e-12);
  });

  it('is equal for a sequence and its dimmed copy relative to the variance', () => {
    const [bright, dim] = [new WarpingError(SIZE), new WarpingError(SIZE)];
    const [now, before] = [plane((x, y) => texture(x + 0.3, y)), plane(texture)];
    const still = flow(() => [0, 0]);
    bright.add(now, before, still, all);
    dim.add(
      now.map((value) => 0.2 * value),
      before.map((value) => 0.2 * value),
      still,
      all,
    );
    expect(dim.value).toBeCloseTo(bright.value, 5);
    expect(dim.squared).toBeCloseTo(0.04 * bright.squared, 7);
  });

  it('is NaN before a frame was added', () => {
    expect(new WarpingError(SIZE).value).toBeNaN();
  });
});

describe('markUntrusted', () => {
  it('trusts consistent flows', () => {
    expect([...marks(flow(() => [0, 0]), flow(() => [0, 0]))]).toEqual(Array(COUNT).fill(0)); // prettier-ignore
  });

  it('marks areas that enter the frame', () => {
    const mask = marks(flow(() => [3, 0]), flow(() => [-3, 0])); // prettier-ignore
    expect([...mask]).toEqual([...plane((x) => (x + 3 > SIZE.width - 1 ? 1 : 0))]);
  });

  it.each([
    [0.7, 0],
    [0.72, 1],
  ])('marks flows with a squared forward-backward error of more than 0.5: %d', (error, mark) => {
    // 0.7^2 is 0.49 and 0.72^2 is 0.518; the bound is 0.5 and a hundredth of the squared lengths.
    expect(marks(flow(() => [0, error]), flow(() => [0, 0]))[3 * SIZE.width + 5]).toBe(mark); // prettier-ignore
  });

  it('marks the boundary between two motions, but not the motions', () => {
    const moving = flow((x) => [x < 8 ? 0 : -0.5, 0]);
    const mask = marks(
      moving,
      moving.map((value) => -value),
    );
    const row = [...mask.subarray(4 * SIZE.width, 5 * SIZE.width)];
    expect(row[7]).toBe(1);
    expect(row.filter((value) => value === 1).length).toBe(1);
  });
});

describe('Flicker', () => {
  it('measures the relative change of the night beyond that of the day', () => {
    const flicker = new Flicker();
    for (let frame = 0; frame < 10; frame++) flicker.add(frame % 2 ? 0.5 : 0.55, frame % 2 ? 0.2 : 0.242);
    expect(flicker.day).toBeCloseTo(Math.log(1.1), 9);
    expect(flicker.night).toBeCloseTo(Math.log(1.21) - Math.log(1.1), 9);
  });

  it('counts no change across a cut or in black', () => {
    const flicker = new Flicker();
    flicker.add(0.5, 0.2);
    flicker.reset();
    flicker.add(0.1, 0.9);
    expect(flicker.night).toBeNaN();
    flicker.add(0.1, 0);
    flicker.add(0.1, 0.9);
    flicker.add(0.1, 0.9);
    expect(flicker.night).toBe(0);
  });
});
