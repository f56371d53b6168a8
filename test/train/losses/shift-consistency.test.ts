import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { Random } from '../../../src/core/random.js';
import { randomShift, shiftImages, shiftConsistencyLoss } from '../../../src/train/losses/shift-consistency.js';
import { useBackend } from '../use-backend.js';

beforeAll(useBackend);

const [HEIGHT, WIDTH] = [48, 64];
const values = Float32Array.from({ length: HEIGHT * WIDTH * 3 }, (_, i) => ((i * 7919) % 1013) / 1013);
const day = (): tf.Tensor4D => tf.tensor4d(values, [1, HEIGHT, WIDTH, 3]);
const numberOf = (x: tf.Tensor): number => x.dataSync()[0]!;

describe('shiftImages', () => {
  it('shows at each pixel what was at its position plus the shift', () => {
    const at = (x: tf.Tensor4D, row: number, column: number): number => x.arraySync()[0]![row]![column]![1]!;
    const shifted = shiftImages(day(), { x: 5, y: -3 });
    expect(shifted.shape).toEqual([1, HEIGHT, WIDTH, 3]);
    expect(at(shifted, 20, 30)).toBe(at(day(), 17, 35));
    expect(at(shifted, 1, 30)).toBe(at(day(), 2, 35)); // mirrored: row -2
  });

  it('draws shifts of up to seven pixels, odd and even, in both directions', () => {
    const random = new Random(3);
    const seen = new Set(Array.from({ length: 300 }, () => randomShift(random)).flatMap(({ x, y }) => [x, y]));
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, i) => i - 7));
  });
});

describe('shiftConsistencyLoss', () => {
  const shift = { x: -4, y: 7 };
  const distance = (night: (day: tf.Tensor4D) => tf.Tensor4D): number =>
    numberOf(shiftConsistencyLoss(night(day()), night(shiftImages(day(), shift)), shift));

  it('is 0 for a pixel-wise operation', () => {
    expect(distance((x) => tf.mul(tf.square(x), 0.3))).toBe(0);
  });

  it('measures what does not move with the image', () => {
    const ramp = tf.reshape(tf.range(0, WIDTH), [1, 1, WIDTH, 1]); // 1 more per column: a shift of 4 columns gives 4
    expect(distance((x) => tf.add<tf.Tensor4D>(x, ramp))).toBeCloseTo(4, 4);
  });

  it('has equal gradients on both nights, and none near the edges', () => {
    const [before, after] = [day(), tf.add<tf.Tensor4D>(shiftImages(day(), shift), 0.1)];
    const [ofBefore, ofAfter] = tf.grads((a, b) => shiftConsistencyLoss(a as tf.Tensor4D, b as tf.Tensor4D, shift))([
      before,
      after,
    ]);
    expect(numberOf(tf.sum(ofAfter!))).toBeCloseTo(1, 4);
    expect(numberOf(tf.sum(ofBefore!))).toBeCloseTo(-1, 4);
    const pulled = Array.from(ofAfter!.dataSync()).filter((value) => value !== 0).length;
    expect(pulled).toBe((HEIGHT - 32) * (WIDTH - 32) * 3);
  });
});
