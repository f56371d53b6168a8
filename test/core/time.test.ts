import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromSeconds, micros, microsToTicks, ticksToMicros, toSeconds } from '../../src/core/time.js';

it('converts ticks of common time bases to microseconds', () => {
  expect(ticksToMicros(90_000n, { num: 1, den: 90_000 })).toBe(1_000_000);
  expect(ticksToMicros(1n, { num: 1001, den: 30_000 })).toBe(33_367);
  expect(ticksToMicros(-1n, { num: 1, den: 3 })).toBe(-333_333);
  expect(toSeconds(fromSeconds(1.5))).toBe(1.5);
});

it('converts ticks to microseconds and back exactly when a tick is longer than a microsecond', () => {
  const timeBases = [
    { num: 1, den: 90_000 },
    { num: 1, den: 15_360 },
    { num: 1, den: 1000 },
    { num: 1001, den: 30_000 },
    { num: 1, den: 24 },
  ];
  fc.assert(
    fc.property(fc.constantFrom(...timeBases), fc.bigInt({ min: -(2n ** 33n), max: 2n ** 33n }), (timeBase, ticks) => {
      expect(microsToTicks(ticksToMicros(ticks, timeBase), timeBase)).toBe(ticks);
    }),
  );
  expect(micros(1.6)).toBe(2);
});
