import { describe, expect, it } from 'vitest';

import { learningRateFactor } from '../../src/train/learning-rate.js';
import { classicReference } from './reference/classic.js';

describe('learningRateFactor', () => {
  it('is constant, then decays linearly, by the published rule', () => {
    const decay = { constant: 100, decay: 100 };
    expect(learningRateFactor(0, decay)).toBe(1);
    expect(learningRateFactor(99, decay)).toBe(1);
    expect(learningRateFactor(100, decay)).toBe(1 - 1 / 101);
    expect(learningRateFactor(149, decay)).toBe(1 - 50 / 101);
    expect(learningRateFactor(199, decay)).toBe(1 - 100 / 101);
    expect(learningRateFactor(200, decay)).toBe(0);
    expect(learningRateFactor(500, decay)).toBe(0);
  });

  it('matches the schedule of PyTorch', () => {
    const { learningRate } = classicReference();
    expect(learningRate).toHaveLength(8);
    learningRate.forEach((rate, epoch) =>
      expect(learningRateFactor(epoch, { constant: 3, decay: 4 })).toBeCloseTo(rate, 7),
    );
  });

  it('stays constant up to the end without decay', () => {
    expect([0, 1, 2, 3].map((step) => learningRateFactor(step, { constant: 3, decay: 0 }))).toEqual([1, 1, 1, 0]);
  });
});
