import { expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { searchVector, type FoundVector, type VectorSearchOptions } from '../../src/evaluate/vector-search.js';

const TARGET = [0.8, -1.5, 0.1, 2];

/** Squared distance to the target, the first numbers ten times as important. */
function distance(vector: readonly number[]): number {
  return vector.reduce((sum, value, i) => sum + (i < 2 ? 10 : 1) * (value - TARGET[i]!) ** 2, 0);
}

function search(options: Partial<VectorSearchOptions> = {}): Promise<FoundVector> {
  return searchVector({
    start: [0, 0, 0, 0],
    min: [-3, -3, -3, -3],
    max: [3, 3, 3, 3],
    steps: [0.3, 0.3, 0.3, 0.3],
    maxMeasurements: 120,
    random: new Random(1),
    measure: (vector) => Promise.resolve(distance(vector)),
    isStopped: () => false,
    ...options,
  });
}

it('finds the smallest value', async () => {
  const { vector, value, measurements } = await search();
  expect(value).toBeLessThan(0.002 * distance([0, 0, 0, 0]));
  expect(value).toBe(distance(vector));
  expect(measurements).toBe(120);
});

it('gives the same result for the same seed, and never a worse one than the start', async () => {
  expect(await search()).toEqual(await search());
  expect(await search({ maxMeasurements: 1 })).toEqual({
    vector: [0, 0, 0, 0],
    value: distance([0, 0, 0, 0]),
    measurements: 1,
  });
  expect((await search({ start: TARGET })).vector).toEqual(TARGET);
});

it('stays inside the bounds', async () => {
  const measured: (readonly number[])[] = [];
  const measure = (vector: readonly number[]): Promise<number> => {
    measured.push(vector);
    return Promise.resolve(distance(vector));
  };
  const { vector } = await search({ measure, max: [3, 3, 3, 0.5], maxMeasurements: 80 });
  expect(vector[3]).toBe(0.5);
  expect(measured.every((one) => one[3]! <= 0.5)).toBe(true);
});

it('ends when it is stopped, and where no number can move', async () => {
  let count = 0;
  const stopped = await search({ isStopped: () => ++count > 8 });
  expect(stopped.measurements).toBeLessThan(9);
  const fixed = await search({ min: [0, 0, 0, 0], max: [0, 0, 0, 0] });
  expect(fixed.measurements).toBe(1);
});
