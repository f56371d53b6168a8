import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { BoxGrowth } from '../../src/scene/box-growth.js';

/** The rate after widths that grow at a rate, read 10 times a second with noise. */
function rateOf(rate: number, noise: number, seed = 1): number {
  const random = new Random(seed);
  const growth = new BoxGrowth();
  for (let i = 0; i < 30; i++) growth.add(0.05 * Math.exp(0.1 * i * rate + noise * random.normal()), i === 0 ? 0 : 0.1);
  return growth.rate;
}

describe('BoxGrowth', () => {
  it.each([-0.5, 0, 0.3, 1.2])('finds a growth of %d/s', (rate) => {
    expect(rateOf(rate, 0)).toBeCloseTo(rate, 4);
  });

  it('stays near the growth when widths jitter by 4 per cent', () => {
    for (let seed = 1; seed <= 10; seed++) expect(Math.abs(rateOf(0.2, 0.04, seed) - 0.2)).toBeLessThan(0.07);
  });

  it('forgets what was seconds ago', () => {
    const growth = new BoxGrowth();
    for (let i = 0; i < 40; i++) growth.add(0.02 * Math.exp(0.1 * i), 0.1);
    for (let i = 0; i < 40; i++) growth.add(0.5, 0.1);
    expect(Math.abs(growth.rate)).toBeLessThan(0.05);
  });

  it('says nothing at first, and after a reset', () => {
    const growth = new BoxGrowth();
    growth.add(0.1, 0);
    growth.add(0.2, 0.1);
    expect(growth.rate).toBe(0);
    for (let i = 0; i < 10; i++) growth.add(0.1 + 0.01 * i, 0.1);
    expect(growth.rate).not.toBe(0);
    growth.reset();
    expect(growth.rate).toBe(0);
  });
});
