import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { applyToneCurve, bestToneCurve } from '../../src/evaluate/tone-curve.js';
import { estimateMean } from '../../src/evaluate/bootstrap.js';
import { EdgeMask } from '../../src/evaluate/edge-mask.js';
import { frechetDistance, kernelDistance } from '../../src/evaluate/feature-distances.js';
import { compareBlobs } from '../../src/evaluate/invented-lights.js';
import { drawPatches } from '../../src/evaluate/laplacian-patches.js';
import { layoutDistance } from '../../src/evaluate/layout-distance.js';
import { resampleSliced } from '../../src/evaluate/sliced-resampling.js';
import { patchDistance } from '../../src/evaluate/sliced-wasserstein.js';
import { structureOf } from '../../src/evaluate/structure.js';
import { ToneMeter } from '../../src/evaluate/tones.js';
import { emptyLook } from '../../src/look/look.js';
import { paint, PIXELS } from '../infer/synthetic-thumbnails.js';
import { streetThumbnail } from '../infer/grade/street-thumbnail.js';
import { paintedSet } from './painted-images.js';

const NOTHING_MASKED = new Uint8Array(PIXELS);
type Yuv = readonly [number, number, number];

/** Paints a box of another colour into an image. */
function withBox(image: Float32Array, [left, top, side]: Yuv, color: Yuv): Float32Array {
  return paint((x, y) => {
    const i = y * 256 + x;
    const isInside = x >= left && x < left + side && y >= top && y < top + side;
    return isInside ? color : [image[i]!, image[PIXELS + i]!, image[2 * PIXELS + i]!];
  });
}

describe('the best tone curve', () => {
  it('is the curve that made the night', () => {
    const day = paintedSet('day', 5, 3);
    const night = applyToneCurve(day, { gain: 0.6, gamma: 2 });
    const best = bestToneCurve(day, night, (images) => layoutDistance(images, night));
    expect(best.gamma).toBe(2);
    expect(best.gain).toBeCloseTo(0.6, 6);
    expect(best.distance).toBeLessThan(1e-6);
  });

  it('has the night’s mean luma and less chroma', () => {
    const [day, night] = [paintedSet('day', 3, 3), paintedSet('night', 3, 4)];
    const { gain, gamma } = bestToneCurve(day, night, (images) => layoutDistance(images, night));
    const meanOf = (images: readonly Float32Array[]): number =>
      images.reduce((sum, one) => sum + one.subarray(0, PIXELS).reduce((a, b) => a + b, 0), 0) / (3 * PIXELS);
    const curved = applyToneCurve(day, { gain, gamma });
    expect(meanOf(curved)).toBeCloseTo(meanOf(night), 2);
    expect(curved[0]![PIXELS + 9]).toBeCloseTo(0.7 * day[0]![PIXELS + 9]!, 6);
  });
});

describe('intervals', () => {
  it('match the theory for the mean of normal samples, and repeat for the same seed', () => {
    const random = new Random(5);
    const values = Array.from({ length: 400 }, () => 2 + random.normal());
    const { mean, ci } = estimateMean(values, { resamples: 2000, seed: 1 });
    const halfWidth = (ci[1] - ci[0]) / 2;
    expect(mean).toBeCloseTo(values.reduce((a, b) => a + b, 0) / 400, 9);
    expect(halfWidth / (1.96 / Math.sqrt(400))).toBeGreaterThan(0.85);
    expect(halfWidth / (1.96 / Math.sqrt(400))).toBeLessThan(1.15);
    expect(estimateMean(values, { resamples: 2000, seed: 1 }).ci).toEqual(ci);
  });

  it('of the sliced distance lie around the distance itself', () => {
    const [a, b] = [paintedSet('day', 8, 1), paintedSet('night', 8, 2)];
    const [p, q] = [drawPatches(a, { seed: 1 }), drawPatches(b, { seed: 2 })];
    const draws = resampleSliced(p, q, { seed: 3, resamples: 20, directions: 32 });
    const mean = draws.reduce((x, y) => x + y, 0) / draws.length;
    const distance = patchDistance(p, q, { seed: 4, directions: 64 })[3]!;
    expect(Math.abs(mean / distance - 1)).toBeLessThan(0.2);
    expect(new Set(draws).size).toBe(20);
  });
});

describe('structure', () => {
  const day = streetThumbnail();
  const scaled = (by: number): Float32Array => day.map((value) => 0.5 + by * (value - 0.5));

  it('is 1 for a dimmed image, -1 for an inverted one, 0 for a flat one', () => {
    expect(structureOf(day, day, NOTHING_MASKED).correlation).toBeCloseTo(1, 6);
    expect(structureOf(day, scaled(0.3), NOTHING_MASKED).correlation).toBeCloseTo(1, 5);
    expect(structureOf(day, scaled(-0.3), NOTHING_MASKED).correlation).toBeCloseTo(-1, 5);
    expect(
      structureOf(
        day,
        day.map(() => 0.5),
        NOTHING_MASKED,
      ).correlation,
    ).toBe(0);
  });

  it('leaves out masked samples and reports the share of compared ones', () => {
    const half = NOTHING_MASKED.map((_, i) => (i % 256 < 128 ? 1 : 0));
    const damaged = day.map((value, i) => (i < PIXELS && i % 256 < 120 ? 1 - value : value));
    expect(structureOf(day, damaged, NOTHING_MASKED).correlation).toBeLessThan(0.7);
    expect(structureOf(day, damaged, half).correlation).toBeCloseTo(1, 6);
    expect(structureOf(day, day, half).edges).toBeLessThan(structureOf(day, day, NOTHING_MASKED).edges);
    expect(
      structureOf(
        day,
        day,
        NOTHING_MASKED.map(() => 1),
      ).correlation,
    ).toBeNaN();
  });

  it('masks the sky and the lights of a look, not the road', async () => {
    const mask = await EdgeMask.open();
    const look = emptyLook();
    look.lights[50 * 128 + 20] = 0.5;
    const isMasked = mask.of(day, look);
    expect([isMasked[10 * 256 + 200], isMasked[100 * 256 + 40], isMasked[130 * 256 + 30]]).toEqual([1, 1, 0]);
    expect(mask.of(day)[100 * 256 + 40]).toBe(0);
  });
});

describe('tones', () => {
  it('match an image with known tones', async () => {
    const meter = await ToneMeter.open();
    // A black sky, a street at 0.2, lamps at 0.8 of 3x3 samples.
    const night = paint((x, y) => [y < 48 ? 0.05 : x % 32 < 3 && y >= 80 && y < 83 ? 0.8 : 0.2, 0, 0]);
    const { mean, spread, p99, nearBlack, lampContrast } = meter.measure(night);
    const lamps = (8 * 9) / PIXELS;
    expect(mean).toBeCloseTo(0.05 / 3 + 0.4 / 3 + lamps * 0.6, 5);
    expect(spread).toBeGreaterThan(0.07);
    expect(p99).toBeCloseTo(0.2, 5);
    expect(nearBlack).toBe(1);
    expect(lampContrast).toBeCloseTo((0.8 - 0.2) / (0.8 + 0.2), 5);
  });

  it('have no lamp contrast without a lamp, and leave such images out of the range', async () => {
    const meter = await ToneMeter.open();
    const flat = paint(() => [0.3, 0, 0]);
    expect(meter.measure(flat).lampContrast).toBeNaN();
    const lit = withBox(flat, [100, 100, 5], [0.9, 0, 0]);
    const range = meter.range([flat, lit]);
    expect(range.lampContrast.mean).toBeCloseTo(0.5, 5);
    expect(range.mean.p10).toBeLessThan(range.mean.p90);
  });
});

describe('invented lights', () => {
  const GREEN: Yuv = [0.6, -0.06, -0.3];
  const RED: Yuv = [0.35, -0.1, 0.35];
  const AMBER: Yuv = [0.7, -0.3, 0.12];
  const street = paint(() => [0.3, 0, 0]);

  it('are counted by hue', () => {
    let result = withBox(street, [50, 50, 4], GREEN);
    result = withBox(result, [90, 50, 4], RED);
    result = withBox(result, [130, 50, 4], AMBER);
    result = withBox(result, [170, 50, 4], AMBER);
    const { input, result: found, invented } = compareBlobs(street, result);
    expect(input).toEqual({ red: 0, amber: 0, green: 0 });
    expect(found).toEqual({ red: 1, amber: 2, green: 1 });
    expect(invented).toEqual(found);
  });

  it('do not include a light whose pale counterpart is in the input, with its hue and place', () => {
    const day = withBox(street, [50, 50, 4], [0.4, -0.02, -0.08]);
    expect(compareBlobs(day, withBox(street, [50, 50, 4], GREEN)).invented.green).toBe(0);
    expect(compareBlobs(day, withBox(street, [52, 52, 4], GREEN)).invented.green).toBe(0);
    expect(compareBlobs(day, withBox(street, [50, 50, 4], RED)).invented.red).toBe(1);
    expect(compareBlobs(day, withBox(street, [80, 50, 4], GREEN)).invented.green).toBe(1);
    expect(compareBlobs(day, day).result.green).toBe(0);
  });

  it('include neither specks nor surfaces', () => {
    expect(compareBlobs(street, withBox(street, [50, 50, 1], RED)).result.red).toBe(0);
    expect(compareBlobs(street, withBox(street, [50, 50, 40], RED)).result.red).toBe(0);
  });
});

describe('feature distances', () => {
  const random = new Random(11);
  const base = Array.from({ length: 40 }, () => Float32Array.from({ length: 16 }, () => random.normal()));
  const change = (by: (value: number, i: number) => number): Float32Array[] => base.map((row) => row.map(by));
  /** The sum of the variances. */
  const trace = Array.from({ length: 16 }, (_, i) => {
    const column = base.map((row) => row[i]!);
    const mean = column.reduce((a, b) => a + b, 0) / 40;
    return column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 39;
  }).reduce((a, b) => a + b, 0);

  it('match the formula for shifted and scaled features', () => {
    expect(frechetDistance(base, base)).toBeCloseTo(0, 5);
    expect(
      frechetDistance(
        base,
        change((value, i) => value + (i === 3 ? 2 : 0)),
      ),
    ).toBeCloseTo(4, 4);
    const centre = Array.from({ length: 16 }, (_, i) => base.reduce((sum, row) => sum + row[i]!, 0) / 40);
    const doubled = change((value, i) => centre[i]! + 2 * (value - centre[i]!));
    expect(frechetDistance(base, doubled)).toBeCloseTo(trace, 3);
    expect(frechetDistance(doubled.slice(0, 30), base)).toBeCloseTo(frechetDistance(base, doubled.slice(0, 30)), 6);
  });

  it('of the kernel are near 0 for one distribution and larger for two', () => {
    const [half, rest] = [base.slice(0, 20), base.slice(20)];
    const apart = kernelDistance(
      half,
      rest.map((row) => row.map((value) => value + 1)),
    );
    expect(Math.abs(kernelDistance(half, rest))).toBeLessThan(0.3 * apart);
    expect(() => kernelDistance(half, rest.slice(0, 1))).toThrow(RangeError);
  });
});
