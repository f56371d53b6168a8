import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { GRID_SIZE, LIGHTS_HEIGHT, LIGHTS_SIZE, LIGHTS_WIDTH } from '../../src/look/look.js';
import {
  FLOW_HEIGHT,
  FLOW_WIDTH,
  openMotionEstimator,
  type Motion,
  type MotionEstimator,
} from '../../src/temporal/motion.js';
import { paint } from '../infer/synthetic-thumbnails.js';
import { errorsBySpeed, streetPair } from './street-motion.js';

const VECTORS = FLOW_WIDTH * FLOW_HEIGHT;

/** A texture without repetition: a sum of waves of many lengths and directions. */
const random = new Random(7);
const waves = Array.from({ length: 40 }, () => {
  const [length, angle, phase] = [6 + 40 * random.next(), 2 * Math.PI * random.next(), 2 * Math.PI * random.next()];
  return { x: (2 * Math.PI * Math.cos(angle)) / length, y: (2 * Math.PI * Math.sin(angle)) / length, phase };
});
const texture = (x: number, y: number): number =>
  0.5 + waves.reduce((sum, wave) => sum + 0.035 * Math.sin(wave.x * x + wave.y * y + wave.phase), 0);

/** Paints a thumbnail of the texture through a map of positions. */
const textured = (map: (x: number, y: number) => readonly [number, number], gain = 1): Float32Array =>
  paint((x, y) => [gain * texture(...map(x, y)), 0, 0]);

/** Mean end-point error of the backward flow, over vectors at least `border` away from the edge. */
function endPointError(
  motion: Motion,
  flowAt: (x: number, y: number) => readonly [number, number],
  border: number,
): number {
  let [sum, count] = [0, 0];
  for (let row = border; row < FLOW_HEIGHT - border; row++) {
    for (let column = border; column < FLOW_WIDTH - border; column++) {
      const i = row * FLOW_WIDTH + column;
      const [u, v] = flowAt(4 * column + 1.5, 4 * row + 1.5);
      sum += Math.hypot((motion.backward[i] ?? 0) - u, (motion.backward[VECTORS + i] ?? 0) - v);
      count++;
    }
  }
  return sum / count;
}

describe('the motion between two thumbnails', () => {
  let estimator: MotionEstimator;
  beforeAll(async () => {
    estimator = await openMotionEstimator();
  });
  beforeEach(() => estimator.reset());

  const between = (before: Float32Array, now: Float32Array): Motion => {
    expect(estimator.next(before)).toBeUndefined();
    const motion = estimator.next(now);
    if (!motion) throw new Error('the second frame must have motion');
    return motion;
  };

  it.each([
    [1, 0],
    [-3, 2],
    [8, -5],
    [20, 3],
    [-26, 0],
  ])('estimates a shift by whole pixels: %d, %d', (u, v) => {
    const motion = between(
      textured((x, y) => [x, y]),
      textured((x, y) => [x + u, y + v]),
    );
    expect(endPointError(motion, () => [u, v], 10)).toBeLessThan(0.1);
    expect(motion.matched).toBeGreaterThan(0.6);
  });

  it.each([
    [0.5, 0],
    [-2.5, 1.5],
    [6.25, 0.75],
  ])('estimates a shift by fractions of a pixel: %d, %d', (u, v) => {
    const motion = between(
      textured((x, y) => [x, y]),
      textured((x, y) => [x + u, y + v]),
    );
    expect(endPointError(motion, () => [u, v], 4)).toBeLessThan(0.25);
  });

  it.each([
    ['a rotation by two degrees', Math.cos(0.035), Math.sin(0.035)],
    ['a zoom by 4 %', 1.04, 0],
  ])('estimates %s', (_, cos, sin) => {
    const from = (x: number, y: number): readonly [number, number] => [
      128 + cos * (x - 128) - sin * (y - 72),
      72 + sin * (x - 128) + cos * (y - 72),
    ];
    const motion = between(
      textured((x, y) => [x, y]),
      textured(from),
    );
    const flowAt = (x: number, y: number): readonly [number, number] => {
      const [a, b] = from(x, y);
      return [a - x, b - y];
    };
    expect(endPointError(motion, flowAt, 4)).toBeLessThan(0.5);
  });

  it.each([0.7, 1.25])('is robust against a change of exposure by %d', (gain) => {
    const motion = between(
      textured((x, y) => [x, y]),
      textured((x, y) => [x + 5, y - 2], gain),
    );
    expect(motion.gain).toBeCloseTo(gain, 1);
    expect(motion.exposure).toBeCloseTo(gain, 1);
    expect(endPointError(motion, () => [5, -2], 4)).toBeLessThan(0.3);
    expect(motion.matched).toBeGreaterThan(0.8);
  });

  it('estimates zero flow for a still frame and for a flat one', () => {
    const flat = paint(() => [0.4, 0, 0]);
    for (const still of [textured((x, y) => [x, y]), flat]) {
      estimator.reset();
      const motion = between(still, still);
      expect(motion.backward.every((value) => value === 0)).toBe(true);
      expect(motion.confidence.every((value) => value === 1)).toBe(true);
    }
  });

  it('has no confidence in the area that a moving square uncovers, and estimates the motion of the square', () => {
    const square = (left: number): Float32Array =>
      paint((x, y) => [
        x >= left && x < left + 60 && y >= 40 && y < 100 ? texture(3 * (x - left) + 500, 3 * y) : texture(x, y),
        0,
        0,
      ]);
    const { backward, confidence } = between(square(60), square(76));
    const mean = (from: number, to: number, plane: Float32Array): number => {
      let sum = 0;
      for (let row = 12; row < 23; row++)
        for (let column = from; column < to; column++) sum += plane[row * FLOW_WIDTH + column] ?? 0;
      return sum / (11 * (to - from));
    };
    expect(mean(16, 18, confidence)).toBeLessThan(0.3); // x from 60 to 76 was covered; the blocks are 8 pixels wide
    expect(mean(22, 32, confidence)).toBeGreaterThan(0.9);
    expect(mean(22, 32, backward)).toBeCloseTo(-16, 0);
    expect(mean(45, 60, backward)).toBeCloseTo(0, 1);
  });

  it('does not confuse a pan with a change of exposure', () => {
    // Brighter to the right: a camera that pans there sees more light at every position, of objects that do not change.
    const slope = (shift: number): Float32Array =>
      paint((x, y) => [0.2 + 0.0016 * (x + shift) + 0.15 * texture(x + shift, y), 0, 0]);
    estimator.reset();
    estimator.next(slope(0));
    const motion = estimator.next(slope(8))!;
    expect(motion.gain).toBeGreaterThan(1.02);
    expect(motion.exposure).toBeGreaterThan(0.99);
    expect(motion.exposure).toBeLessThan(1.01);
  });

  it('matches few vectors after a cut', () => {
    const motion = between(
      textured((x, y) => [x, y]),
      textured((x, y) => [2 * y + 3000, x + 4000]),
    );
    expect(motion.matched).toBeLessThan(0.15);
  });

  it('estimates the known motion of the synthetic street', () => {
    const errors = errorsBySpeed(
      estimator,
      [1, 2].flatMap((seed) => [5, 7].map((time) => streetPair(seed, time, 1 / 30))),
    );
    expect(errors.slow.error).toBeLessThan(0.3);
    expect(errors.medium.error).toBeLessThan(0.9);
    expect(errors.fast.error).toBeLessThan(4);
    for (const { count } of Object.values(errors)) expect(count).toBeGreaterThan(200);
  });

  it('warps lights and grids along the motion', () => {
    between(
      textured((x, y) => [x, y]),
      textured((x, y) => [x - 8, y]), // everything moves 8 pixels to the right
    );
    const lights = new Float32Array(LIGHTS_SIZE);
    const at = (channel: number, y: number, x: number): number => (channel * LIGHTS_HEIGHT + y) * LIGHTS_WIDTH + x;
    lights[at(0, 30, 50)] = 1;
    lights[at(3, 40, 60)] = -0.5;
    estimator.warpLightsInto(lights, lights);
    expect(lights[at(0, 30, 54)]).toBeGreaterThan(0.85);
    expect(lights[at(3, 40, 64)]).toBeLessThan(-0.4);
    expect(Math.abs(lights[at(0, 30, 50)] ?? 1)).toBeLessThan(0.05);
    const grid = new Float32Array(GRID_SIZE);
    const [cell, channel] = [4 * 16 + 7, 11];
    grid[cell * 96 + channel] = 1;
    const out = new Float32Array(GRID_SIZE);
    estimator.warpGridInto(grid, out);
    expect(out[cell * 96 + channel]).toBeCloseTo(0.5, 1); // a cell is 16 pixels
    expect(out[(cell + 1) * 96 + channel]).toBeCloseTo(0.5, 1);
    expect(out[cell * 96]).toBe(0);
  });
});
