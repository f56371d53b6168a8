import { expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { DiscTopHat } from '../../src/image/disc-top-hat.js';

const [WIDTH, HEIGHT] = [23, 17] as const;
/** Half the width of the disc's rows, from its middle outwards. */
const HALF_WIDTHS = [4, 4, 3, 3, 0] as const;

/** The definition: the extreme value in the disc around each sample, samples outside the plane ignored. */
function extremes(plane: Float32Array, pick: (...values: number[]) => number): Float32Array {
  return plane.map((_, i) => {
    const values: number[] = [];
    for (let dy = -4; dy <= 4; dy++) {
      const half = HALF_WIDTHS[Math.abs(dy)]!;
      for (let dx = -half; dx <= half; dx++) {
        const [x, y] = [(i % WIDTH) + dx, Math.floor(i / WIDTH) + dy];
        if (x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT) values.push(plane[y * WIDTH + x]!);
      }
    }
    return pick(...values);
  });
}

it('subtracts the opening by a disc of 9, also at the borders and in place', () => {
  const random = new Random(3);
  const topHat = new DiscTopHat(WIDTH, HEIGHT);
  for (let round = 0; round < 3; round++) {
    const source = Float32Array.from({ length: WIDTH * HEIGHT }, () => random.between(0, 1));
    const opened = extremes(extremes(source, Math.min), Math.max);
    const expected = source.map((value, i) => value - opened[i]!);
    const out = new Float32Array(source.length);
    topHat.whiteInto(source, out);
    expect(out).toEqual(expected);
    topHat.whiteInto(source, source);
    expect(source).toEqual(expected);
  }
});

it('keeps a lamp and drops a lit wall', () => {
  const source = Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i % WIDTH < 9 ? 0.7 : 0.1));
  source[8 * WIDTH + 16] = 0.9;
  const out = new Float32Array(source.length);
  new DiscTopHat(WIDTH, HEIGHT).whiteInto(source, out);
  expect(out[8 * WIDTH + 16]).toBeCloseTo(0.8, 6);
  expect(out[8 * WIDTH + 4]).toBe(0);
});
