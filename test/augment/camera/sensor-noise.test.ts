import { describe, expect, it } from 'vitest';
import { noiseDeviation } from '../../../src/augment/camera/noise-curves.js';
import { codedSlope, lightOf } from '../../../src/augment/camera/linear-light.js';
import { SensorNoise } from '../../../src/augment/camera/sensor-noise.js';
import type { ColorRange } from '../../../src/core/color.js';
import type { Frame } from '../../../src/core/frame.js';
import { rangeCodes } from '../../../src/image/color-matrix.js';
import { colorOf, correlationOf, deviationOf, evenFrame, meanOf, paddingBytes, samplesOf } from './measures.js';

function noisyFrame(
  luma: number,
  iso: number,
  { seed = 1, range = 'limited' }: { seed?: number; range?: ColorRange } = {},
): Frame {
  const frame = evenFrame(luma, colorOf(range));
  new SensorNoise().apply(frame, iso, seed);
  return frame;
}

/** Correlation of a plane's samples with those `dx` to the right and `dy` below. */
function neighbours(values: Float64Array, width: number, dx: number, dy: number): number {
  const [a, b]: [number[], number[]] = [[], []];
  for (let i = 0; i + dy * width + dx < values.length; i++) {
    if ((i % width) + dx >= width) continue;
    a.push(values[i]!);
    b.push(values[i + dy * width + dx]!);
  }
  return correlationOf(a, b);
}

describe('sensor noise', () => {
  it.each([
    [0.2, 800, 'limited'],
    [0.2, 6400, 'limited'],
    [0.5, 3200, 'full'],
    [0.12, 1600, 'full'],
  ] as const)('at luma %d and ISO %d has the deviation of shot and read noise, in %s range', (luma, iso, range) => {
    using frame = noisyFrame(luma, iso, { range });
    const { luma: span, chroma: chromaSpan } = rangeCodes(range);
    const code = Math.round(luma * span) / span;
    const expected = noiseDeviation(lightOf(code), iso) * codedSlope(lightOf(code));
    const y = samplesOf(frame, 0);
    expect(deviationOf(y) / (expected * span)).toBeGreaterThan(0.93);
    expect(deviationOf(y) / (expected * span)).toBeLessThan(1.07);
    for (const plane of [1, 2] as const) {
      const chroma = samplesOf(frame, plane);
      const ratio = deviationOf(chroma) / (expected * chromaSpan);
      expect(ratio).toBeGreaterThan(0.34);
      expect(ratio).toBeLessThan(0.5);
      expect(Math.abs(meanOf(chroma) - 128)).toBeLessThan(0.1);
    }
  });

  it('has a variance that grows with light, from a floor, in linear light', () => {
    const variance = (light: number): number => noiseDeviation(light, 1600) ** 2;
    const slopes = [0.1, 0.2, 0.4, 0.8].map((light) => (variance(light) - variance(0)) / light);
    for (const slope of slopes) expect(slope / slopes[0]!).toBeCloseTo(1, 6);
    expect(variance(0)).toBeGreaterThan(0);
    const measured = [0.3, 0.6].map((luma) => {
      using frame = noisyFrame(luma, 1600);
      return deviationOf(samplesOf(frame, 0)) / 219 / codedSlope(lightOf(Math.round(luma * 219) / 219));
    });
    expect(measured[1]! / measured[0]!).toBeGreaterThan(1.5); // the light is 3.9 times: its root, less the floor
  });

  it('doubles with two stops of ISO where shot noise rules', () => {
    using low = noisyFrame(0.5, 1600);
    using high = noisyFrame(0.5, 6400);
    const ratio = deviationOf(samplesOf(high, 0)) / deviationOf(samplesOf(low, 0));
    expect(ratio).toBeGreaterThan(1.9);
    expect(ratio).toBeLessThan(2.15);
  });

  it('leaves what saturates white, and writes no padding', () => {
    using frame = noisyFrame(1, 25_600);
    expect(samplesOf(frame, 0).every((code) => code === 235)).toBe(true);
    expect(samplesOf(frame, 1).every((code) => code === 128)).toBe(true);
    expect(new Set(paddingBytes(frame))).toEqual(new Set([77]));
  });

  it('never goes below black in limited range', () => {
    using frame = noisyFrame(0.02, 12_800);
    expect(Math.min(...samplesOf(frame, 0))).toBe(16);
  });

  it('is coarser in colour than in luma, and has no pattern beyond', () => {
    using frame = noisyFrame(0.35, 12_800);
    const [y, u] = [samplesOf(frame, 0), samplesOf(frame, 1)];
    const fine = neighbours(y, 320, 2, 0);
    const coarse = neighbours(u, 160, 1, 0); // the same distance: two pixels
    expect(fine).toBeLessThan(0.25);
    expect(coarse).toBeGreaterThan(0.4);
    for (const [dx, dy] of [
      [6, 0],
      [0, 6],
      [7, 5],
    ] as const) {
      // prettier-ignore
      expect(Math.abs(neighbours(y, 320, dx, dy))).toBeLessThan(0.02);
    }
  });

  it('is the same for a seed and time, and independent for another', () => {
    using first = noisyFrame(0.4, 3200, { seed: 5 });
    using same = noisyFrame(0.4, 3200, { seed: 5 });
    using other = noisyFrame(0.4, 3200, { seed: 6 });
    expect(same.y).toEqual(first.y);
    expect(Math.abs(correlationOf(samplesOf(first, 0), samplesOf(other, 0)))).toBeLessThan(0.02);
    expect(Math.abs(correlationOf(samplesOf(first, 1), samplesOf(other, 1)))).toBeLessThan(0.04);
  });
});
