import { expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { Percentiles, RateMeter } from '../../src/core/stats.js';

it('returns percentiles of the last samples only', () => {
  const percentiles = new Percentiles(100);
  for (let i = 0; i < 1000; i++) percentiles.add(i);
  expect(percentiles.quantile(0)).toBe(900);
  expect(percentiles.quantile(0.5)).toBe(950);
  expect(percentiles.quantile(1)).toBe(999);
  expect(percentiles.count).toBe(1000);
  expect(new Percentiles().quantile(0.5)).toBeNaN();
});

it('measures events per second over its window', () => {
  const rate = new RateMeter(1000);
  for (let ms = 0; ms <= 5000; ms += 40) rate.mark(ms);
  expect(rate.perSecond(5000)).toBeCloseTo(25, 1);
  expect(rate.perSecond(10_000)).toBe(0);
});

it('returns the same numbers for the same seed, uniformly and normally distributed', () => {
  const a = new Random(42);
  const b = new Random(42);
  const drawn = Array.from({ length: 20_000 }, () => a.next());
  expect(drawn.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => b.next()));
  expect(drawn.reduce((sum, x) => sum + x, 0) / drawn.length).toBeCloseTo(0.5, 1);
  const normal = Array.from({ length: 20_000 }, () => a.normal());
  const variance = normal.reduce((sum, x) => sum + x * x, 0) / normal.length;
  expect(variance).toBeGreaterThan(0.95);
  expect(variance).toBeLessThan(1.05);
  expect(new Random(1).next()).not.toBe(new Random(2).next());
});
