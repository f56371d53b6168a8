import { expect, it } from 'vitest';
import { LightsMeter } from '../../src/evaluate/image-lights.js';
import { paint } from '../infer/synthetic-thumbnails.js';

type Yuv = readonly [number, number, number];
const STREET: Yuv = [0.1, 0, 0];
const RED: Yuv = [0.4, -0.1, 0.3];
const AMBER: Yuv = [0.7, -0.3, 0.12];
const GREEN: Yuv = [0.6, -0.06, -0.3];
const WHITE: Yuv = [0.9, -0.03, 0.02];

/** Paints lamps of `side` samples on a dark street. */
function street(lamps: readonly (readonly [left: number, top: number, side: number, color: Yuv])[]): Float32Array {
  return paint((x, y) => {
    const lamp = lamps.find(([left, top, side]) => x >= left && x < left + side && y >= top && y < top + side);
    return lamp?.[3] ?? STREET;
  });
}

const meter = new LightsMeter();

it('counts a lamp once, whatever its size, and measures its contrast, colour and place', () => {
  const lights = meter.measure(
    street([
      [40, 36, 1, RED],
      [80, 36, 3, AMBER],
      [120, 36, 4, GREEN],
      [160, 36, 5, WHITE],
    ]),
  );
  expect(lights.spots).toBeCloseTo(Math.log(5), 9);
  expect(lights).toMatchObject({ red: 0.25, amber: 0.25, white: 0.25 });
  expect(lights.height).toBeCloseTo(0.25, 6);
  expect(lights.contrast).toBeCloseTo((0.3 + 0.6 + 0.5 + 0.8) / 4, 5);
});

it('measures the bright samples and the range above the lit street', () => {
  const lights = meter.measure(street([[100, 60, 8, WHITE]])); // 64 samples, 1.7 in a thousand
  expect(lights.bright).toBeCloseTo(64 / (256 * 144), 9);
  expect(lights.range).toBeCloseTo(0.8, 5);
});

it('counts neither faint spots nor surfaces', () => {
  const faint = paint((x, y) => [y >= 100 ? 0.9 : x >= 40 && x < 43 && y >= 40 && y < 43 ? 0.29 : 0.1, 0, 0]);
  const lights = meter.measure(faint);
  expect(lights).toMatchObject({ spots: 0, contrast: 0, red: 0, amber: 0, white: 0 });
  expect(lights.height).toBeNaN();
});
