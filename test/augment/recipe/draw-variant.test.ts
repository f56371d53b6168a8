import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawVariant, itemSeed } from '../../../src/augment/recipe/draw-variant.js';
import type { Draw } from '../../../src/augment/recipe/draw.js';
import { parseRecipe, readRecipe, type Recipe } from '../../../src/augment/recipe/recipe.js';

function recipeOf(fields: object): Recipe {
  return parseRecipe(JSON.stringify({ version: 1, name: 'test', ...fields }), 'test');
}

/** Draws of many scenes. */
function draws(recipe: Recipe, count = 4000): Draw[] {
  return Array.from({ length: count }, (_, i) => drawVariant(recipe, { seed: 1, scene: `scene ${i}`, variant: 0 }));
}

function shareOf<T>(values: readonly T[], isSo: (value: T) => boolean): number {
  return values.filter(isSo).length / values.length;
}

/** An object without one of its fields. */
function without(fields: object, name: string): object {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
}

/** Largest distance between the distribution of values and the uniform one from 0 to 1 (Kolmogorov and Smirnov). */
function distanceFromUniform(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((value, i) => Math.abs((i + 0.5) / sorted.length - value)));
}

const place = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  scene: fc.string(),
  variant: fc.nat({ max: 1000 }),
});
const varied = readRecipe('varied').recipe;
const adverse = readRecipe('adverse').recipe;

describe('a draw', () => {
  it('keeps every range', () => {
    const bounds = fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true }));
    fc.assert(
      fc.property(place, bounds, (at, [a, b]) => {
        const range = [Math.min(a, b), Math.max(a, b)] as const;
        const { dials, noise } = drawVariant(
          recipeOf({ exposure: { range }, noise: { iso: { range: [100, 12_800] } } }),
          at,
        );
        expect(dials.exposure ?? 0).toBeGreaterThanOrEqual(Math.min(0, range[0]));
        if (dials.exposure !== undefined) {
          expect(dials.exposure).toBeGreaterThanOrEqual(range[0]);
          expect(dials.exposure).toBeLessThanOrEqual(range[1]);
        }
        expect(noise?.iso).toBeGreaterThanOrEqual(100);
        expect(noise?.iso).toBeLessThanOrEqual(12_800);
      }),
    );
  });

  it('depends on its place alone: not on what was drawn before', () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        const [first, second] = [drawVariant(varied, a), drawVariant(varied, b)];
        expect(drawVariant(varied, b)).toEqual(second);
        expect(drawVariant(varied, a)).toEqual(first);
      }),
    );
  });

  it('of one field stays when another field changes, comes or goes', () => {
    fc.assert(
      fc.property(place, (at) => {
        const before = drawVariant(varied, at);
        expect(drawVariant(without(varied, 'noise') as Recipe, at)).toEqual(without(before, 'noise'));
        const wider = drawVariant({ ...varied, exposure: { range: [-3, 3] } }, at);
        expect(without(wider, 'dials')).toEqual(without(before, 'dials'));
        expect(without(wider.dials, 'exposure')).toEqual(without(before.dials, 'exposure'));
      }),
    );
  });

  it('differs by seed, scene and variant', () => {
    const at = { seed: 1, scene: 'a', variant: 0 };
    const found = [at, { ...at, seed: 2 }, { ...at, scene: 'b' }, { ...at, variant: 1 }];
    expect(new Set(found.map((one) => JSON.stringify(drawVariant(varied, one)))).size).toBe(4);
  });

  it('is uniform over a range, and log-uniform over ISO', () => {
    const many = draws(recipeOf({ exposure: { range: [-1, 3] }, noise: { iso: { range: [400, 6400] } } }));
    const limit = 1.63 / Math.sqrt(many.length); // exceeded once in a hundred recipes; the seed is fixed
    expect(distanceFromUniform(many.map(({ dials }) => ((dials.exposure ?? 0) + 1) / 4))).toBeLessThan(limit);
    expect(distanceFromUniform(many.map(({ noise }) => Math.log2((noise?.iso ?? 0) / 400) / 4))).toBeLessThan(limit);
  });

  it('applies as often as its probability says, and picks by weight', () => {
    const recipe = recipeOf({
      style: { choices: ['suburb', 'village', 'motorway'], weights: [3, 1, 0] },
      glare: { range: [0, 1], probability: 0.3 },
      darkLamps: { window: 0.2 },
      motionBlur: { probability: 0, exposureS: { choices: [0.01] }, speed: { choices: [1] } },
      whiteBalance: { mireds: { range: [-50, 50] } },
    });
    const many = draws(recipe);
    expect(shareOf(many, ({ style }) => style === 'suburb')).toBeCloseTo(0.75, 1);
    expect(shareOf(many, ({ style }) => style === 'motorway')).toBe(0);
    expect(Math.abs(shareOf(many, ({ glare }) => glare !== undefined) - 0.3)).toBeLessThan(0.03);
    expect(Math.abs(shareOf(many, ({ darkKinds }) => darkKinds.includes('window')) - 0.2)).toBeLessThan(0.03);
    expect(shareOf(many, ({ darkKinds }) => darkKinds.includes('signal'))).toBe(0);
    expect(shareOf(many, ({ motionBlur }) => motionBlur === undefined)).toBe(1);
    expect(shareOf(many, ({ whiteBalance }) => whiteBalance?.tint === 0)).toBe(1);
  });

  it('has fields that do not lean on each other', () => {
    const many = draws(varied).flatMap(({ noise, dials }) =>
      noise ? [[Math.log(noise.iso), dials.exposure ?? 0]] : [],
    );
    const mean = (index: 0 | 1): number => many.reduce((sum, pair) => sum + (pair[index] ?? 0), 0) / many.length;
    const [a, b] = [mean(0), mean(1)];
    const sums = many.reduce(
      ([xy, xx, yy], [x = 0, y = 0]) => [xy! + (x - a) * (y - b), xx! + (x - a) ** 2, yy! + (y - b) ** 2],
      [0, 0, 0],
    );
    expect(Math.abs(sums[0]! / Math.sqrt(sums[1]! * sums[2]!))).toBeLessThan(0.05);
  });

  it('draws whole numbers for quality, the ends of the range as often as the middle', () => {
    const many = draws(recipeOf({ jpegQuality: { range: [80, 83] }, crf: { choices: [20, 30] } }));
    for (const quality of [80, 81, 82, 83]) {
      expect(shareOf(many, ({ jpegQuality }) => jpegQuality === quality)).toBeCloseTo(0.25, 1);
    }
    expect(shareOf(many, ({ crf }) => crf === 20 || crf === 30)).toBe(1);
  });

  it('takes the dials of a time of day, which its windows multiply', () => {
    const at = { seed: 1, scene: 'a', variant: 0 };
    expect(drawVariant(recipeOf({ time: { choices: ['dusk'] } }), at).dials).toEqual({ sunElevation: -3 });
    expect(drawVariant(recipeOf({ time: { choices: ['deep-night'] } }), at).dials).toEqual({ windows: 0.3 });
    const both = recipeOf({ time: { choices: ['deep-night'] }, windows: { choices: [0.5] } });
    expect(drawVariant(both, at).dials).toEqual({ windows: 0.15 });
    const sun = drawVariant(recipeOf({ time: { range: [-10, -5] } }), at).dials.sunElevation;
    expect(sun).toBeGreaterThanOrEqual(-10);
    expect(sun).toBeLessThanOrEqual(-5);
  });

  it('of varied and adverse meets dark, noisy, blurred and clean scenes', () => {
    const many = draws(varied, 1000);
    expect(new Set(many.map(({ style }) => style)).size).toBe(5);
    expect(shareOf(many, ({ motionBlur }) => motionBlur !== undefined)).toBeCloseTo(0.35, 1);
    expect(draws(adverse, 200).every(({ noise }) => (noise?.iso ?? 0) >= 3200)).toBe(true);
  });
});

describe('the seed of an item', () => {
  it('has 31 bits, and is another for each item and variant', () => {
    const seeds = Array.from({ length: 3000 }, (_, i) => itemSeed(9, `images/${i}.jpg`, i % 3));
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true);
    expect(new Set(seeds).size).toBe(3000);
    expect(itemSeed(9, 'a', 0)).not.toBe(itemSeed(9, 'a', 1));
    expect(itemSeed(9, 'a', 0)).not.toBe(itemSeed(10, 'a', 0));
    expect(itemSeed(9, 'images/0.jpg', 0)).toBe(seeds[0]);
  });
});
