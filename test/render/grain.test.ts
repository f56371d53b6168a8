import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ColorRange } from '../../src/core/color.js';
import { DEFAULT_CONTROLS } from '../../src/core/controls.js';
import type { Frame } from '../../src/core/frame.js';
import { identityLook } from '../../src/look/look.js';
import { stillGrainSeed } from '../../src/render/grain.js';
import type { SyncRenderer } from '../../src/render/renderer.js';
import { openRenderer } from '../../src/render/wasm-renderer.js';
import { largestDifference, makeFrame } from './frames.js';

let renderer: SyncRenderer;
beforeAll(async () => {
  renderer = await openRenderer({ seed: 5 });
});
afterAll(() => renderer[Symbol.dispose]());

/** Renders a grey frame with grain. The caller closes it. */
function grainyFrame(renderer: SyncRenderer, grain: number, pts: number, range: ColorRange = 'limited'): Frame {
  const frame = makeFrame({ width: 640, height: 360, color: { matrix: 'bt709', range }, pts }, () => 128);
  renderer.apply(identityLook(), { ...DEFAULT_CONTROLS, grain }, frame);
  return frame;
}

function meanOf(values: Uint8Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation before rounding to code values: rounding adds 1/12 to the variance. */
function sigmaOf(values: Uint8Array): number {
  const mean = meanOf(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return Math.sqrt(variance - 1 / 12);
}

/** Correlation of two rows of luma, the second one shifted. */
function correlation(frame: Frame, a: number, b: number, shift: number): number {
  let product = 0;
  let power = 0;
  for (let x = 0; x < frame.width - shift; x++) {
    const p = frame.y[a * frame.width + x]! - 128;
    const q = frame.y[b * frame.width + x + shift]! - 128;
    product += p * q;
    power += (p * p + q * q) / 2;
  }
  return product / power;
}

describe('grain', () => {
  it.each([
    [1, 'limited'],
    [2, 'limited'],
    [1, 'full'],
    [4, 'full'],
  ] as const)('at %d has mean 0 and the documented deviation in %s range', (grain, range) => {
    using frame = grainyFrame(renderer, grain, 0, range);
    const [luma, chroma] = range === 'full' ? [255, 255] : [219, 224];
    expect(Math.abs(meanOf(frame.y) - 128)).toBeLessThan(0.05);
    expect(Math.abs(meanOf(frame.u) - 128)).toBeLessThan(0.05);
    expect(sigmaOf(frame.y) / (0.008 * grain * luma)).toBeCloseTo(1, 1);
    for (const plane of [frame.u, frame.v]) {
      expect(Math.abs(sigmaOf(plane) / (0.003 * grain * chroma) - 1)).toBeLessThan(0.1);
    }
  });

  it('is equal for the same seed and time, and differs for another seed or time', async () => {
    using other = await openRenderer({ seed: 6 });
    using first = grainyFrame(renderer, 1, 40_000);
    using same = grainyFrame(renderer, 1, 40_000);
    using later = grainyFrame(renderer, 1, 80_000);
    using otherSeed = grainyFrame(other, 1, 40_000);
    expect(largestDifference(first, same)).toBe(0);
    expect(largestDifference(first, later)).toBeGreaterThan(4);
    expect(largestDifference(first, otherSeed)).toBeGreaterThan(4);
  });

  it('takes the seed and the deviation of one frame', async () => {
    using other = await openRenderer({ seed: 6 });
    using own = grainyFrame(other, 1, 40_000);
    using frame = makeFrame({ width: 640, height: 360, pts: 40_000 }, () => 128);
    renderer.apply(identityLook(), { ...DEFAULT_CONTROLS, grain: 1 }, frame, { seed: 6 });
    expect(largestDifference(own, frame)).toBe(0);
    using strong = makeFrame({ width: 640, height: 360, pts: 40_000 }, () => 128);
    renderer.apply(identityLook(), DEFAULT_CONTROLS, strong, { sigma: { luma: 0.02, chroma: 0 } });
    expect(sigmaOf(strong.y) / (0.02 * 219)).toBeCloseTo(1, 1);
    expect(new Set(strong.u).size).toBe(1);
  });

  it('of stills has a seed of what they show and of the run', () => {
    using frame = makeFrame({ width: 640, height: 360 }, (_, x, y) => (x ^ y) & 255);
    using same = makeFrame({ width: 640, height: 360 }, (_, x, y) => (x ^ y) & 255);
    using other = makeFrame({ width: 640, height: 360 }, (_, x, y) => (x ^ y ^ (x === 7 && y === 9 ? 64 : 0)) & 255);
    const [first, second, third] = [frame, same, other].map((still) => stillGrainSeed(5, renderer.thumbnail(still)));
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(stillGrainSeed(6, renderer.thumbnail(frame))).not.toBe(first);
  });

  it('has no pattern from row to row or along a row', () => {
    using frame = grainyFrame(renderer, 1, 0);
    const found = Array.from({ length: 300 }, (_, y) => [correlation(frame, y, y + 1, 0), correlation(frame, y, y, 1)]);
    const worst = Math.max(...found.flat().map(Math.abs));
    expect(worst).toBeLessThan(5.5 / Math.sqrt(640)); // independent noise has sigma 1 / sqrt(640)
    const rowMeans = Array.from({ length: 360 }, (_, y) => meanOf(frame.y.subarray(y * 640, y * 640 + 640)) - 128);
    const spread = Math.sqrt(rowMeans.reduce((sum, mean) => sum + mean * mean, 0) / 360);
    expect(spread).toBeLessThan((1.5 * 1.78) / Math.sqrt(640)); // as for independent samples
  });

  it('fades with strength', () => {
    const frame = makeFrame({ width: 640, height: 360 }, () => 128);
    renderer.apply(identityLook(), { ...DEFAULT_CONTROLS, strength: 0.5 }, frame);
    expect(sigmaOf(frame.y) / (0.004 * 219)).toBeCloseTo(1, 1);
    frame.close();
  });
});
