import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueRange } from '../../../src/train/report/page/value-range.js';

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 });

describe('valueRange', () => {
  it('is not widened by a single spike', () => {
    const noisy = Array.from({ length: 500 }, (_, i) => (i === 250 ? 900 : 1 + (i % 2)));
    const [min, max] = valueRange(noisy, noisy);
    expect(max).toBeLessThan(3);
    expect(min).toBeLessThanOrEqual(1);
  });

  it('is not empty for a constant, and exists without values', () => {
    for (const constant of [[0, 0, 0], [-4, -4], []]) {
      const [min, max] = valueRange(constant, constant);
      expect(max).toBeGreaterThan(min);
      expect(Number.isFinite(max - min)).toBe(true);
    }
  });

  it('starts at 0 where the values come near it', () => {
    expect(valueRange([0.1, 0.5], [0.1, 1])[0]).toBe(0);
    expect(valueRange([0.8, 0.9], [0.8, 1])[0]).toBeGreaterThan(0.7);
  });

  it('contains every value of a short series', () => {
    fc.assert(
      fc.property(values, (all) => {
        const [min, max] = valueRange(all, all);
        for (const value of all) expect(value >= min && value <= max).toBe(true);
      }),
    );
  });
});
