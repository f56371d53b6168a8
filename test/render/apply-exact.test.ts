import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Controls } from '../../src/core/controls.js';
import { DEFAULT_CONTROLS } from '../../src/core/controls.js';
import { Random } from '../../src/core/random.js';
import type { SyncRenderer } from '../../src/render/renderer.js';
import { openRenderer } from '../../src/render/wasm-renderer.js';
import type { FrameShape } from './frames.js';
import { largestDifference, randomFrame, randomLook } from './frames.js';
import { renderReference } from './reference-renderer.js';

const SEED = 11;
let renderer: SyncRenderer;
beforeAll(async () => {
  renderer = await openRenderer({ seed: SEED });
});
afterAll(() => renderer[Symbol.dispose]());

const even = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: min / 2, max: max / 2 }).map((half) => half * 2);
const padding = fc.integer({ min: 0, max: 70 });
const shapes: fc.Arbitrary<FrameShape> = fc.record({
  width: even(2, 420),
  height: even(2, 90),
  padding: fc.tuple(padding, padding, padding),
  color: fc.record({
    matrix: fc.constantFrom('bt601' as const, 'bt709' as const, 'bt2020' as const),
    range: fc.constantFrom('limited' as const, 'full' as const),
  }),
  pts: fc.integer({ min: 0, max: 2 ** 45 }),
});
const dials: fc.Arbitrary<Controls> = fc.record({
  ...Object.fromEntries(Object.keys(DEFAULT_CONTROLS).map((name) => [name, fc.constant(0)])),
  strength: fc.double({ min: 0.01, max: 1, noNaN: true }),
  exposure: fc.double({ min: -3, max: 3, noNaN: true }),
  warmth: fc.double({ min: -1, max: 1, noNaN: true }),
  lights: fc.double({ min: 0, max: 2, noNaN: true }),
  headlights: fc.double({ min: 0, max: 2, noNaN: true }),
  grain: fc.double({ min: 0, max: 4, noNaN: true }),
  view: fc.constantFrom('night' as const, 'night' as const, 'lights' as const),
}) as fc.Arbitrary<Controls>; // the record above has every control's name

/** Renders the same random frame both ways. Returns the largest difference. */
function difference(shape: FrameShape, controls: Controls, spread: number, litShare: number, seed: number): number {
  const random = new Random(seed);
  const look = randomLook(random, spread, litShare);
  using night = randomFrame(shape, random);
  using reference = night.clone();
  renderer.apply(look, controls, night);
  renderReference(look, controls, reference, SEED);
  return largestDifference(night, reference);
}

describe('the apply kernel equals float64 arithmetic within one code value', () => {
  it('on random frames, sizes, strides, colours, grids, lights and dials', () => {
    let largest = 0;
    fc.assert(
      fc.property(
        shapes,
        dials,
        fc.double({ min: 0, max: 0.8, noNaN: true }),
        fc.nat(),
        (shape, controls, spread, seed) => {
          const found = difference(shape, controls, spread, seed % 3 === 0 ? 0 : 0.3, seed);
          largest = Math.max(largest, found);
          expect(found).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 60, seed: 20_240_607 },
    );
    expect(largest).toBeGreaterThan(0); // the two roundings differ somewhere, or the test compared nothing
  });

  it('with coefficients beyond their range, which saturate', () => {
    fc.assert(
      fc.property(shapes, fc.double({ min: 4, max: 40, noNaN: true }), fc.nat(), (shape, spread, seed) => {
        expect(difference(shape, { ...DEFAULT_CONTROLS, grain: 0 }, spread, 0.5, seed)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 30, seed: 7 },
    );
  });

  it.each([
    [1280, 720],
    [854, 480],
    [1920, 1080],
  ])('at %i x %i, in many bands', (width, height) => {
    expect(difference({ width, height, padding: [32, 0, 16] }, DEFAULT_CONTROLS, 0.2, 0.2, width)).toBeLessThanOrEqual(
      1,
    );
  });

  it('at 3840 columns', () => {
    expect(difference({ width: 3840, height: 64 }, DEFAULT_CONTROLS, 0.3, 0.2, 5)).toBeLessThanOrEqual(1);
  });
});
