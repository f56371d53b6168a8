import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Controls } from '../../src/core/controls.js';
import { DEFAULT_CONTROLS } from '../../src/core/controls.js';
import type { Frame } from '../../src/core/frame.js';
import { Random } from '../../src/core/random.js';
import type { Look } from '../../src/look/look.js';
import { emptyLook, identityLook } from '../../src/look/look.js';
import type { SyncRenderer } from '../../src/render/renderer.js';
import { openRenderer } from '../../src/render/wasm-renderer.js';
import { largestDifference, makeFrame, randomFrame, randomLook } from './frames.js';

const PLAIN: Controls = { ...DEFAULT_CONTROLS, grain: 0 };

let renderer: SyncRenderer;
beforeAll(async () => {
  renderer = await openRenderer({ seed: 1 });
});
afterAll(() => renderer[Symbol.dispose]());

/** Renders a flat frame. Returns Y, U and V at one position. */
function renderFlat(look: Look, controls: Partial<Controls>, codes: readonly number[] = [116, 118, 138]): number[] {
  using frame = makeFrame({ width: 256, height: 144 }, (plane) => codes[plane]!);
  renderer.apply(look, { ...PLAIN, ...controls }, frame);
  return [frame.y[72 * 256 + 40]!, frame.u[36 * 128 + 20]!, frame.v[36 * 128 + 20]!];
}

/** Creates a look that keeps a quarter of the day's light. */
function quarterLook(): Look {
  const look = identityLook();
  look.grid.forEach((value, i) => (look.grid[i] = value / 4));
  return look;
}

describe('dials', () => {
  it('strength blends from the day to the night', () => {
    expect(renderFlat(quarterLook(), { strength: 0 })).toEqual([116, 118, 138]);
    expect(renderFlat(quarterLook(), { strength: 0.5 })).toEqual([79, 122, 134]); // 16 + 100 * 0.625; chroma is -10 and 10 * 0.625
    expect(renderFlat(quarterLook(), { strength: 1 })).toEqual([41, 126, 131]); // 2.5 rounds away from or to even
  });

  it('strength 0 leaves every byte unchanged with any other dials', () => {
    using frame = randomFrame({ width: 130, height: 20 }, new Random(8));
    using before = frame.clone();
    const controls = { ...DEFAULT_CONTROLS, strength: 0, exposure: 2, warmth: 1, headlights: 2, grain: 4 };
    renderer.apply(randomLook(new Random(1), 1, 1), controls, frame);
    expect(largestDifference(frame, before)).toBe(0);
  });

  it('exposure doubles the night for each stop but not the lights', () => {
    expect(renderFlat(quarterLook(), { exposure: 1 })[0]).toBe(66);
    const lamp = emptyLook();
    lamp.lights.fill(0.5, 0, 72 * 128);
    expect(renderFlat(lamp, { exposure: 3 })).toEqual(renderFlat(lamp, {}));
  });

  it('warmth makes the night orange or blue and keeps its luma', () => {
    const [y, u, v] = renderFlat(quarterLook(), {}, [216, 128, 128]) as [number, number, number];
    const warm = renderFlat(quarterLook(), { warmth: 1 }, [216, 128, 128]);
    const cold = renderFlat(quarterLook(), { warmth: -1 }, [216, 128, 128]);
    expect([warm[0], cold[0]]).toEqual([y, y]);
    expect(warm[1]).toBeLessThan(u - 4);
    expect(warm[2]).toBeGreaterThan(v + 2);
    expect(cold[1]).toBeGreaterThan(u + 4);
    expect(cold[2]).toBeLessThan(v - 2);
  });

  it('lights scales only the lights layer', () => {
    const lamp = quarterLook();
    lamp.lights.fill(0.4, 0, 72 * 128);
    expect(renderFlat(lamp, { lights: 0 })).toEqual(renderFlat(quarterLook(), {}));
    expect(renderFlat(lamp, { lights: 2 })[0]).toBe(113); // 16 + 25 + 0.9 * 0.8 * 100
  });

  it('headlights above 1 light the road ahead in a warm colour, but not the sky and the corners', () => {
    const look = quarterLook();
    using dark = makeFrame({ width: 640, height: 360 }, (plane) => (plane === 0 ? 116 : 128));
    using beam = dark.clone();
    renderer.apply(look, PLAIN, dark);
    renderer.apply(look, { ...PLAIN, headlights: 2 }, beam);
    const at = (frame: Frame, x: number, y: number): number =>
      frame.y[Math.floor(y * 360) * 640 + Math.floor(x * 640)]!;
    expect(at(beam, 0.5, 0.76) - at(dark, 0.5, 0.76)).toBeGreaterThan(30);
    expect(at(beam, 0.5, 0.6)).toBeLessThan(at(beam, 0.5, 0.72));
    expect(at(beam, 0.5, 0.4)).toBe(at(dark, 0.5, 0.4));
    expect(at(beam, 0.02, 0.8) - at(dark, 0.02, 0.8)).toBeLessThanOrEqual(1);
    expect(beam.v[137 * 320 + 160]).toBeGreaterThan(128);
    expect(beam.u[137 * 320 + 160]).toBeLessThan(128);
  });

  it('headlights up to 1, or of a generator that lights them itself, change no byte', async () => {
    using lit = await openRenderer({ seed: 1, hasBeam: false });
    using dark = makeFrame({ width: 640, height: 360 }, (plane) => (plane === 0 ? 116 : 128));
    using low = dark.clone();
    using high = dark.clone();
    renderer.apply(quarterLook(), { ...PLAIN, headlights: 0 }, dark);
    renderer.apply(quarterLook(), { ...PLAIN, headlights: 1 }, low);
    lit.apply(quarterLook(), { ...PLAIN, headlights: 2 }, high);
    expect(largestDifference(low, dark)).toBe(0);
    expect(largestDifference(high, dark)).toBe(0);
  });
});

describe('views', () => {
  it('day leaves every byte unchanged', () => {
    using frame = randomFrame({ width: 66, height: 10 }, new Random(8));
    using before = frame.clone();
    renderer.apply(quarterLook(), { ...DEFAULT_CONTROLS, view: 'day' }, frame);
    expect(largestDifference(frame, before)).toBe(0);
  });

  it('split leaves the bytes left of the line unchanged, draws the line, and renders night to its right', () => {
    const shape = { width: 330, height: 40, padding: [6, 1, 9] } as const;
    using frame = randomFrame(shape, new Random(8));
    using day = frame.clone();
    using night = frame.clone();
    const look = randomLook(new Random(3), 0.2, 0.2);
    renderer.apply(look, { ...DEFAULT_CONTROLS, view: 'split', split: 0.4 }, frame);
    renderer.apply(look, DEFAULT_CONTROLS, night);
    const from = 132; // 0.4 of 330
    for (let y = 0; y < 40; y++) {
      const row = frame.y.subarray(y * 336, y * 336 + 330);
      expect(row.subarray(0, from)).toEqual(day.y.subarray(y * 336, y * 336 + from));
      expect([...row.subarray(from, from + 2)]).toEqual([235, 235]);
      expect(row.subarray(from + 2)).toEqual(night.y.subarray(y * 336 + from + 2, y * 336 + 330));
    }
    for (let y = 0; y < 20; y++) {
      const row = frame.u.subarray(y * 166, y * 166 + 165);
      expect(row.subarray(0, from / 2)).toEqual(day.u.subarray(y * 166, y * 166 + from / 2));
      expect(row[from / 2]).toBe(128);
      expect(row.subarray(from / 2 + 1)).toEqual(night.u.subarray(y * 166 + from / 2 + 1, y * 166 + 165));
    }
  });

  it('split at 0 is night without a line, at 1 day', () => {
    using left = randomFrame({ width: 64, height: 36 }, new Random(8));
    using right = left.clone();
    using day = left.clone();
    using night = left.clone();
    renderer.apply(quarterLook(), { ...DEFAULT_CONTROLS, view: 'split', split: 0 }, left);
    renderer.apply(quarterLook(), { ...DEFAULT_CONTROLS, view: 'split', split: 1 }, right);
    renderer.apply(quarterLook(), DEFAULT_CONTROLS, night);
    expect(largestDifference(left, night)).toBe(0);
    expect(largestDifference(right, day)).toBe(0);
  });
});

describe('a renderer', () => {
  it('leaves padding between rows untouched', () => {
    using frame = randomFrame({ width: 70, height: 12, padding: [200, 9, 40] }, new Random(8));
    renderer.apply(quarterLook(), DEFAULT_CONTROLS, frame);
    for (const [plane, bytes] of [frame.y, frame.u, frame.v].entries()) {
      const width = plane === 0 ? 70 : 35;
      const stride = frame.strides[plane]!;
      expect([...bytes].filter((_, i) => i % stride >= width).every((byte) => byte === 77)).toBe(true);
    }
  });

  it('accepts frames of changing sizes', () => {
    const look = randomLook(new Random(3), 0.2, 0.2);
    using small = randomFrame({ width: 64, height: 36 }, new Random(1));
    using again = small.clone();
    using large = randomFrame({ width: 1920, height: 64 }, new Random(2));
    renderer.apply(look, DEFAULT_CONTROLS, small);
    renderer.apply(look, DEFAULT_CONTROLS, large);
    renderer.apply(look, DEFAULT_CONTROLS, again);
    expect(largestDifference(small, again)).toBe(0);
  });

  it('rejects a closed frame, a look of another shape, and calls after dispose', async () => {
    const own = await openRenderer();
    const frame = makeFrame({ width: 64, height: 36 }, () => 100);
    for (const part of ['grid', 'lights', 'lamps'] as const) {
      const look = { ...identityLook(), [part]: new Float32Array(3) };
      expect(() => own.apply(look, PLAIN, frame)).toThrow(RangeError);
    }
    own[Symbol.dispose]();
    expect(() => own.apply(identityLook(), PLAIN, frame)).toThrow(/renderer is closed/);
    frame.close();
    expect(() => renderer.apply(identityLook(), PLAIN, frame)).toThrow(/frame must be open/);
    expect(() => renderer.thumbnail(frame)).toThrow(/frame must be open/);
  });
});
