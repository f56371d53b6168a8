import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Controls } from '../../src/core/controls.js';
import { DEFAULT_CONTROLS } from '../../src/core/controls.js';
import { Random } from '../../src/core/random.js';
import type { SyncRenderer } from '../../src/render/renderer.js';
import { openRenderer } from '../../src/render/wasm-renderer.js';
import type { FrameShape } from './frames.js';
import { largestDifference, randomFrame, randomLook } from './frames.js';
import { lampList, randomLamps, type TestLamp } from './lamps.js';
import { renderReference } from './reference-renderer.js';

const SEED = 5;
let renderer: SyncRenderer;
beforeAll(async () => {
  renderer = await openRenderer({ seed: SEED });
});
afterAll(() => renderer[Symbol.dispose]());

/** Renders a look with lamps on a random frame both ways. Returns the largest difference. */
function difference(shape: FrameShape, lamps: readonly TestLamp[], controls: Partial<Controls>, seed: number): number {
  const random = new Random(seed);
  const look = { ...randomLook(random, 0.2, 0.1), lamps: lampList(shape.width, lamps) };
  using night = randomFrame(shape, random);
  using reference = night.clone();
  renderer.apply(look, { ...DEFAULT_CONTROLS, ...controls }, night);
  renderReference(look, { ...DEFAULT_CONTROLS, ...controls }, reference, SEED);
  return largestDifference(night, reference);
}

describe('lamps equal float64 arithmetic within one code value', () => {
  it.each([
    [{ width: 16, height: 16 }, 20, 4],
    [{ width: 2, height: 2 }, 5, 2],
    [{ width: 334, height: 190, padding: [10, 3, 5] }, 40, 20],
    [{ width: 330, height: 62, padding: [0, 1, 9], color: { matrix: 'bt709', range: 'full' } }, 30, 8],
    [{ width: 270, height: 94, color: { matrix: 'bt601', range: 'limited' } }, 30, 8],
    [{ width: 254, height: 94, color: { matrix: 'bt2020', range: 'full' } }, 30, 8],
    [{ width: 1280, height: 192 }, 60, 12],
  ] as const)('on %o, %i lamps', (shape, count, maxRadius) => {
    for (let seed = 1; seed <= (shape.width > 400 ? 1 : 6); seed++) {
      const lamps = randomLamps(new Random(seed), count, maxRadius);
      expect(difference(shape, lamps, {}, seed)).toBeLessThanOrEqual(1);
    }
  });

  it('with 256 lamps', () => {
    expect(difference({ width: 640, height: 360 }, randomLamps(new Random(9), 256, 9), {}, 9)).toBeLessThanOrEqual(1);
  });

  it.each([{ lights: 2 }, { lights: 0.3 }, { strength: 0.4 }, { view: 'lights', strength: 0.4 }] as const)(
    'with %o',
    (controls) => {
      const lamps = randomLamps(new Random(3), 30, 8);
      expect(difference({ width: 256, height: 144 }, lamps, controls, 3)).toBeLessThanOrEqual(1);
    },
  );
});
