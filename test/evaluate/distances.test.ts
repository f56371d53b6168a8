import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { layoutDistance, layoutSet, layoutSetDistance } from '../../src/evaluate/layout-distance.js';
import { lightsDistance, lightsByNumber, lightsSet, meanOf } from '../../src/evaluate/lights-distance.js';
import { slicedWasserstein } from '../../src/evaluate/sliced-wasserstein.js';
import { paint } from '../infer/synthetic-thumbnails.js';
import { paintedSet } from './painted-images.js';

/** Results of an independent implementation (PyTorch, float32; lights: SciPy) on the same images; the sliced distance over many seeds. */
interface Golden {
  readonly sets: Record<'day' | 'night', { readonly count: number; readonly seed: number }>;
  readonly layout: number;
  readonly lights: Record<'dayToNight' | 'nightToDay', number>;
  readonly slicedWasserstein: { readonly mean: readonly number[]; readonly deviation: readonly number[] };
}
const golden = JSON.parse(readFileSync(new URL('golden/distances.json', import.meta.url), 'utf8')) as Golden; // our own file
const setOf = (kind: 'day' | 'night'): Float32Array[] =>
  paintedSet(kind, golden.sets[kind].count, golden.sets[kind].seed);
const day = setOf('day');
const night = setOf('night');

describe('layoutDistance', () => {
  it('matches the independent implementation', () => {
    expect(layoutDistance(day, night)).toBeCloseTo(golden.layout, 5);
    expect(layoutDistance(night, day)).toBeCloseTo(golden.layout, 5);
  });

  it('is 0 for a set and itself, in any order', () => {
    expect(layoutDistance(day, day.toReversed())).toBe(0);
  });

  it('weights images by their counts', () => {
    const counts = Uint16Array.from(day, (_, i) => [2, 0, 1][i % 3] ?? 0); // as many as there are
    const resampled = day.flatMap((image, i) => Array.from({ length: counts[i]! }, () => image));
    const byCounts = layoutSetDistance(layoutSet(day), layoutSet(night), counts);
    expect(byCounts).toBeCloseTo(layoutDistance(resampled, night), 6);
    expect(byCounts).not.toBeCloseTo(golden.layout, 4);
  });

  it('refuses an empty set and an image of another size', () => {
    expect(() => layoutDistance([], night)).toThrow(RangeError);
    expect(() => layoutDistance(day, [new Float32Array(3)])).toThrow(/110592 numbers, got one of 3/);
  });
});

describe('lightsDistance', () => {
  const black = paint(() => [0.1, 0, 0]);

  it('matches the independent implementation', () => {
    expect(lightsDistance(day, night) / golden.lights.dayToNight).toBeCloseTo(1, 2);
    expect(lightsDistance(night, day) / golden.lights.nightToDay).toBeCloseTo(1, 2);
  });

  it('is 0 for a set and itself, in any order, also where no image has a spot', () => {
    expect(lightsDistance(night, night.toReversed())).toBe(0);
    expect(lightsDistance([black], [black, black])).toBe(0);
  });

  it('grows when the lamps of a night go out', () => {
    const dark = night.map((image) => image.map((value, i) => (i < 256 * 144 ? Math.min(0.3, value) : value)));
    expect(lightsDistance(dark, night)).toBeGreaterThan(4 * lightsDistance(night.slice(0, 3), night));
  });

  it('is finite and one spread in height from a set without spots', () => {
    const byNumber = lightsByNumber(lightsSet([black]), lightsSet(night));
    expect(byNumber.height).toBe(1);
    expect(Number.isFinite(meanOf(byNumber))).toBe(true);
    expect(Number.isFinite(lightsDistance(night, [black]))).toBe(true);
  });

  it('weights images by their counts', () => {
    const counts = Uint16Array.from(day, (_, i) => [2, 0, 1][i % 3] ?? 0); // as many as there are
    const resampled = day.flatMap((image, i) => Array.from({ length: counts[i]! }, () => image));
    const byCounts = meanOf(lightsByNumber(lightsSet(day), lightsSet(night), counts));
    expect(byCounts).toBeCloseTo(lightsDistance(resampled, night), 9);
    expect(byCounts).not.toBeCloseTo(lightsDistance(day, night), 3);
  });

  it('refuses an empty set and an image of another size', () => {
    expect(() => lightsDistance([], night)).toThrow(RangeError);
    expect(() => lightsDistance(day, [new Float32Array(3)])).toThrow(/110592 numbers, got one of 3/);
  });
});

describe('slicedWasserstein', () => {
  it('lies within the distribution of the independent implementation', () => {
    const seeds = [0, 1, 2, 3, 4, 5];
    const runs = seeds.map((seed) => slicedWasserstein(day, night, { seed }));
    for (const [level, mean] of golden.slicedWasserstein.mean.entries()) {
      const ours = runs.reduce((sum, run) => sum + run[level]!, 0) / seeds.length;
      const error = golden.slicedWasserstein.deviation[level]! / Math.sqrt(seeds.length);
      expect(Math.abs(ours - mean), `level ${level}: ${ours}`).toBeLessThan(3.5 * error);
    }
  });

  it('is the same for the same seed, and near 0 for two samples of one set', () => {
    const options = { seed: 7, directions: 16 };
    expect(slicedWasserstein(day, night, options)).toEqual(slicedWasserstein(day, night, options));
    const [itself, apart] = [slicedWasserstein(day, day, options), slicedWasserstein(day, night, options)];
    expect(itself[3]).toBeLessThan(0.25 * apart[3]!);
    expect(itself[3]).toBeGreaterThan(0);
  });
});
