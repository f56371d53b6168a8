import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { fromSeconds } from '../../src/core/time.js';
import type { Thumbnail } from '../../src/image/thumbnail.js';
import { applyLookInto } from '../../src/look/apply-look.js';
import { emptyLook, type Look } from '../../src/look/look.js';
import { createSteadier } from '../../src/temporal/motion-steadier.js';
import type { Steadier } from '../../src/temporal/steadier.js';
import { asThumbnail, paint } from '../infer/synthetic-thumbnails.js';
import { streetThumbnail } from '../infer/grade/street-thumbnail.js';

const day = streetThumbnail();
const otherScene = paint((x, y) => [0.15 + 0.5 * (y / 144) + (x % 64 < 32 ? 0.2 : 0), 0, 0]);

function lookOf(value: number): Look {
  const look = emptyLook();
  look.grid.fill(value);
  look.lights.fill(value);
  return look;
}

const at = (seconds: number, data = day, discontinuity = false): Thumbnail =>
  asThumbnail(data, fromSeconds(seconds), discontinuity);

/** Steadies one frame of a stream with a new look for every frame. */
function step(steadier: Steadier, look: Look, thumbnail: Thumbnail, smoothing: number): Look {
  steadier.propagate(thumbnail);
  steadier.blend(look, smoothing);
  return steadier.look;
}

describe('createSteadier', () => {
  it('copies the first look unchanged', async () => {
    using steadier = await createSteadier();
    const look = step(steadier, lookOf(0.7), at(3), 1);
    expect(look.grid[0]).toBeCloseTo(0.7);
    expect(look.lights[0]).toBeCloseTo(0.7);
  });

  it('answers a step exponentially, the grid more slowly than the lights', async () => {
    using steadier = await createSteadier();
    step(steadier, lookOf(0), at(0), 0.5);
    let look = lookOf(0);
    for (let frame = 1; frame <= 30; frame++) look = step(steadier, lookOf(1), at(frame / 30), 0.5);
    expect(look.grid[77]).toBeCloseTo(1 - Math.exp(-1 / (1.2 * 0.25)), 3);
    expect(look.lights[77]).toBeGreaterThan(look.grid[77]!);
  });

  it('reaches the same look at any frame rate, with drops and pauses', async () => {
    const times = [
      Array.from({ length: 60 }, (_, i) => (i + 1) / 60),
      Array.from({ length: 12 }, (_, i) => (i + 1) / 12),
      [0.01, 0.02, 0.3, 0.31, 0.9, 1],
    ];
    const results: number[] = [];
    for (const sequence of times) {
      using steadier = await createSteadier();
      step(steadier, lookOf(0), at(0), 0.8);
      let value = 0;
      for (const time of sequence) value = step(steadier, lookOf(1), at(time), 0.8).grid[5]!;
      results.push(value);
    }
    expect(results[1]).toBeCloseTo(results[0]!, 4);
    expect(results[2]).toBeCloseTo(results[0]!, 4);
    expect(results[0]).toBeGreaterThan(0.5);
    expect(results[0]).toBeLessThan(0.9);
  });

  it('copies a look unchanged at smoothing 0', async () => {
    using steadier = await createSteadier();
    step(steadier, lookOf(0), at(0), 0);
    const look = step(steadier, lookOf(1), at(0.01), 0);
    expect(look.grid.every((value) => value === 1)).toBe(true);
    expect(look.lights.every((value) => value === 1)).toBe(true);
  });

  it('drops its state on the exact frame of a cut', async () => {
    using steadier = await createSteadier();
    step(steadier, lookOf(0), at(0), 1);
    step(steadier, lookOf(0), at(0.04), 1);
    expect(step(steadier, lookOf(1), at(0.08, otherScene), 1).grid[0]).toBe(1);
    expect(steadier.cuts).toBe(1);
    expect(step(steadier, lookOf(0), at(0.12, otherScene), 1).grid[0]).toBeGreaterThan(0.9);
    expect(steadier.cuts).toBe(1);
  });

  it.each([
    ['a discontinuity', (): Thumbnail => at(0.08, day, true)],
    ['a jump back in time', (): Thumbnail => at(-4)],
  ])('drops its state on %s, which is not a cut', async (_, next) => {
    using steadier = await createSteadier();
    step(steadier, lookOf(0), at(0), 1);
    expect(step(steadier, lookOf(1), next(), 1).grid[0]).toBe(1);
    expect(steadier.cuts).toBe(0);
  });

  it('drops its state on reset', async () => {
    using steadier = await createSteadier();
    step(steadier, lookOf(0), at(0), 1);
    steadier.reset();
    expect(step(steadier, lookOf(1), at(0.04), 1).grid[0]).toBe(1);
  });

  it('passes a change of exposure on unchanged, then leaves it to new looks', async () => {
    // A night with a steep tone curve: luma squared, as a gain for each bin.
    const steep = emptyLook();
    for (let i = 0; i < steep.grid.length; i += 12) steep.grid[i] = ((i / 12) % 8) / 7;
    const night = new Float32Array(day.length);
    const nightOf = (look: Look, data: Float32Array): number => {
      applyLookInto(look, data, night);
      return night.subarray(0, 256 * 144).reduce((sum, value) => sum + value, 0);
    };
    const brighter = day.map((value) => 0.9 * value);
    const darker = day.map((value) => 0.81 * value);
    using steadier = await createSteadier();
    const before = nightOf(step(steadier, steep, at(0, brighter), 0.6), brighter);
    expect(steadier.propagate(at(0.03, darker))).toBe(true);
    const change = nightOf(steadier.look, darker) / before;
    expect(change).toBeGreaterThan(0.87); // 0.81 with the unchanged look
    expect(change).toBeLessThan(0.93);
    for (let frame = 2; frame < 100; frame++) steadier.propagate(at(0.03 * frame, darker));
    expect(nightOf(steadier.look, darker) / before).toBeCloseTo(nightOf(steep, darker) / before, 2);
    step(steadier, steep, at(3, brighter), 0.6);
    expect(nightOf(step(steadier, steep, at(3.03, darker), 0), darker)).toBe(nightOf(steep, darker));
  });

  it('keeps a sky that is clipped before and after', async () => {
    const sky = (gain: number): Float32Array =>
      day.map((value, i) => (i < 64 * 256 ? 1 : i < 144 * 256 ? Math.min(1, gain * value) : value));
    const dark = emptyLook(); // a clipped sky becomes 0.05
    for (let i = 0; i < dark.grid.length; i += 12) {
      const bin = (i / 12) % 8;
      dark.grid[i] = bin < 6 ? 0.4 : 0;
      dark.grid[i + 3] = bin < 6 ? 0 : 0.05;
    }
    const night = new Float32Array(day.length);
    using steadier = await createSteadier();
    step(steadier, dark, at(0, sky(1)), 0.6);
    for (let frame = 1; frame < 12; frame++) {
      const data = sky(frame % 2 ? 1.06 : 1);
      steadier.propagate(at(frame / 30, data));
      applyLookInto(steadier.look, data, night);
      expect(night[20 * 256 + 128]).toBeCloseTo(0.05, 3);
    }
  });

  it('detects no cut in noise, in a pan or in a passing vehicle', async () => {
    using steadier = await createSteadier();
    const random = new Random(3);
    for (let frame = 0; frame < 30; frame++) {
      const noisy = day.map((value) => value + 0.03 * random.normal());
      step(steadier, lookOf(0), at(frame / 30, noisy), 0.6);
    }
    const wide = (x: number, y: number): readonly [number, number, number] => [
      (y < 60 ? 0.75 : 0.35) + 0.12 * Math.sin(x / 9) * Math.cos(y / 13) + (x % 90 < 20 ? -0.2 : 0),
      0,
      0,
    ];
    const panning = await createSteadier();
    for (let frame = 0; frame < 30; frame++) {
      step(
        panning,
        lookOf(0),
        at(
          frame / 30,
          paint((x, y) => wide(x + 8 * frame, y)),
        ),
        0.6,
      );
    }
    const passing = await createSteadier();
    for (let frame = 0; frame < 30; frame++) {
      const left = frame * 10 - 60;
      const data = paint((x, y) => (x > left && x < left + 70 && y > 50 && y < 110 ? [0.1, 0, 0] : wide(x, y)));
      step(passing, lookOf(0), at(frame / 30, data), 0.6);
    }
    expect([steadier.cuts, panning.cuts, passing.cuts]).toEqual([0, 0, 0]);
  });

  it('detects a cut between two nights', async () => {
    using steadier = await createSteadier();
    const night = (shift: number): Float32Array =>
      paint((x, y) => [0.04 + ((x + shift) % 128 < 40 && y > 60 ? 0.3 : 0), 0, 0]);
    step(steadier, lookOf(0), at(0, night(0)), 0.6);
    step(steadier, lookOf(0), at(0.04, night(2)), 0.6);
    expect(steadier.cuts).toBe(0);
    step(steadier, lookOf(1), at(0.08, night(64)), 0.6);
    expect(steadier.cuts).toBe(1);
  });

  it('does not change looks and thumbnails', async () => {
    using steadier = await createSteadier();
    const [look, thumbnail] = [lookOf(0.5), at(1)];
    step(steadier, lookOf(0), at(0), 0.6);
    step(steadier, look, thumbnail, 0.6);
    expect(look.grid.every((value) => value === 0.5)).toBe(true);
    expect(thumbnail.data).toEqual(streetThumbnail());
  });

  it('rejects a smoothing outside [0, 1]', async () => {
    using steadier = await createSteadier();
    expect(() => step(steadier, lookOf(0), at(0), 1.5)).toThrow(RangeError);
    expect(() => step(steadier, lookOf(0), at(0), Number.NaN)).toThrow(RangeError);
  });
});
