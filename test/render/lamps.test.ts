import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Controls } from '../../src/core/controls.js';
import { DEFAULT_CONTROLS } from '../../src/core/controls.js';
import type { Frame } from '../../src/core/frame.js';
import { Random } from '../../src/core/random.js';
import { LAMP_FIELDS, identityLook } from '../../src/look/look.js';
import type { SyncRenderer } from '../../src/render/renderer.js';
import { openRenderer } from '../../src/render/wasm-renderer.js';
import { largestDifference, makeFrame, randomFrame, type FrameShape } from './frames.js';
import { lampList, randomLamps, TINTS, type TestLamp } from './lamps.js';

const PLAIN: Controls = { ...DEFAULT_CONTROLS, grain: 0 };
const SHAPE = { width: 128, height: 72 };
const CENTER = { x: 0.5, y: 0.5 };

let renderer: SyncRenderer;
beforeAll(async () => {
  renderer = await openRenderer({ seed: 1 });
});
afterAll(() => renderer[Symbol.dispose]());

/** Draws lamps on a dark grey frame; the caller closes it. */
function draw(lamps: readonly TestLamp[], controls: Partial<Controls> = {}, shape: FrameShape = SHAPE): Frame {
  const frame = makeFrame(shape, (plane) => (plane === 0 ? 30 : 128));
  renderer.apply({ ...identityLook(), lamps: lampList(shape.width, lamps) }, { ...PLAIN, ...controls }, frame);
  return frame;
}

/** Y, U and V at the centre of a frame. */
function centerOf(frame: Frame): number[] {
  const [x, y] = [frame.width / 2, frame.height / 2];
  const chroma = (y / 2) * frame.strides[1] + x / 2;
  return [frame.y[y * frame.strides[0] + x]!, frame.u[chroma]!, frame.v[chroma]!];
}

/** Sum of all luma above the grey. */
function lightOf(frame: Frame): number {
  return frame.y.reduce((sum, code) => sum + code - 30, 0);
}

describe('a lamp', () => {
  it('adds its luma to the night, up to white', () => {
    using dim = draw([{ ...CENTER, radius: 5, luma: 0.5, hardness: 4 }]);
    using bright = draw([{ ...CENTER, radius: 5, luma: 3 }]);
    expect(centerOf(dim)).toEqual([140, 128, 128]); // 30 + 0.5 * 219, rounded up
    expect(centerOf(bright)).toEqual([235, 128, 128]);
    expect(Math.max(...bright.y)).toBe(235);
  });

  it('saturates at 255 in full range', () => {
    using frame = draw(
      [{ ...CENTER, radius: 5, luma: 3 }],
      {},
      { ...SHAPE, color: { matrix: 'bt709', range: 'full' } },
    );
    expect(centerOf(frame)[0]).toBe(255);
  });

  it('never darkens what is brighter than white', () => {
    using frame = makeFrame(SHAPE, (plane) => (plane === 0 ? 250 : 128));
    renderer.apply({ ...identityLook(), lamps: lampList(128, [{ ...CENTER, radius: 9, luma: 3 }]) }, PLAIN, frame);
    const before = makeFrame(SHAPE, (plane) => (plane === 0 ? 250 : 128));
    renderer.apply(identityLook(), PLAIN, before);
    expect(largestDifference(frame, before)).toBe(0);
    before.close();
  });

  it('has a white core and a coloured rim where it is bright', () => {
    using frame = draw([{ ...CENTER, radius: 5, luma: 5, tint: TINTS.sodium, glare: 0.2 }]);
    expect(centerOf(frame)).toEqual([235, 128, 128]);
    expect(Math.min(...frame.u)).toBeLessThan(90);
    expect(Math.max(...frame.v)).toBeGreaterThan(150);
  });

  it('hides the colour of the night under a white core', () => {
    using frame = makeFrame(SHAPE, (plane) => [80, 90, 170][plane]!);
    renderer.apply({ ...identityLook(), lamps: lampList(128, [{ ...CENTER, radius: 5, luma: 5 }]) }, PLAIN, frame);
    expect(centerOf(frame)).toEqual([235, 128, 128]);
    expect(frame.u[0]).toBe(90);
  });

  it('stays saturated where it is moderate, and a little paler in its middle', () => {
    using frame = draw([{ ...CENTER, radius: 6, luma: 0.4, tint: TINTS.red }]);
    const [, , middle] = centerOf(frame);
    const rim = Math.max(...frame.v);
    expect(rim).toBeGreaterThan(200);
    expect(middle).toBeGreaterThan(185);
    expect(middle).toBeLessThan(rim);
  });

  it('keeps its light where it is smaller than a pixel, wherever it stands', () => {
    const radius = 0.2;
    const full = 0.8 * 219 * 2 * Math.PI * radius * radius;
    for (const offset of [0, 0.25, 0.5, 0.75]) {
      using frame = draw([{ x: 0.5 + offset / 128, y: 0.5 + offset / 72, radius, luma: 0.8 * 4 }]);
      expect(lightOf(frame) / (4 * full)).toBeGreaterThan(0.85);
      expect(lightOf(frame) / (4 * full)).toBeLessThan(1.15);
    }
  });

  it('lights the picture from outside it', () => {
    using frame = draw([{ x: -4 / 128, y: 0.5, radius: 5, luma: 2 }]);
    expect(frame.y[36 * 128]).toBeGreaterThan(200);
    expect(frame.y[36 * 128 + 60]).toBe(30);
  });

  it('is round at any aspect, with a glow that has no edge', () => {
    using frame = draw([{ ...CENTER, radius: 3, luma: 1, glare: 0.6 }], {}, { width: 256, height: 64 });
    expect(frame.y[31 * 256 + 117]).toBe(frame.y[21 * 256 + 127]); // ten pixels to the left, ten pixels up
    for (let x = 1; x < 128; x++) {
      const step = frame.y[32 * 256 + x]! - frame.y[32 * 256 + x - 1]!;
      expect(step).toBeGreaterThanOrEqual(0);
      if (x < 116) expect(step).toBeLessThanOrEqual(12);
    }
  });
});

describe('a lamp behind a frame', () => {
  /** Bars of luma 180, two pixels wide, every eight pixels of a dark grey frame. */
  const barred = (): Frame => {
    const frame = makeFrame(SHAPE, (plane) => (plane === 0 ? 30 : 128));
    for (let row = 0; row < 72; row++) {
      for (let x = 0; x < 128; x += 8) frame.y.fill(180, row * frame.strides[0] + x, row * frame.strides[0] + x + 2);
    }
    return frame;
  };

  it('shows where the day is darker than a luma, and nowhere else', () => {
    const lamp: TestLamp = { ...CENTER, radius: [20, 12], luma: 0.6, hardness: 4, dayBelow: 0.4 };
    using day = barred();
    using night = barred();
    renderer.apply({ ...identityLook(), lamps: lampList(128, [lamp]) }, PLAIN, night);
    for (let x = 52; x < 76; x++) {
      const at = 36 * night.strides[0] + x;
      expect(night.y[at]! - day.y[at]!).toBe(x % 8 < 2 ? 0 : Math.round(0.6 * 219));
    }
  });

  it('fades where the day is about as bright', () => {
    const light = [0.31, 0.36, 0.4, 0.44, 0.49].map((luma) => {
      using frame = makeFrame(SHAPE, (plane) => (plane === 0 ? Math.round(16 + 219 * luma) : 128));
      const before = frame.y[0]!;
      const lamp: TestLamp = { ...CENTER, radius: 9, luma: 0.5, hardness: 4, dayBelow: 0.4 };
      renderer.apply({ ...identityLook(), lamps: lampList(128, [lamp]) }, PLAIN, frame);
      return (centerOf(frame)[0]! - before) / (0.5 * 219);
    });
    expect(light[0]).toBeCloseTo(1, 1);
    expect(light[2]).toBeCloseTo(0.5, 1);
    expect(light[4]).toBeCloseTo(0, 1);
    expect(light).toEqual(light.toSorted((a, b) => b - a));
  });

  it('keeps its glow, which lies on the lens', () => {
    using frame = barred();
    using day = barred();
    const lamp: TestLamp = { ...CENTER, radius: 6, luma: 1, glare: 0.5, dayBelow: 0.4 };
    renderer.apply({ ...identityLook(), lamps: lampList(128, [lamp]) }, PLAIN, frame);
    expect(frame.y[36 * 128 + 64]! - day.y[36 * 128 + 64]!).toBeGreaterThan(20);
  });
});

describe('a lamp of red glass', () => {
  const RED = 128 + Math.round(0.2 * 224);
  /** Grey but for red columns of 8 pixels, every 16. */
  const striped = (): Frame => {
    const frame = makeFrame(SHAPE, (plane) => (plane === 0 ? 60 : 128));
    for (let row = 0; row < 36; row++) {
      for (let x = 0; x < 64; x += 8) frame.v.fill(RED, row * frame.strides[2] + x, row * frame.strides[2] + x + 4);
    }
    return frame;
  };

  it('shows where the day is redder than a V, and nowhere else', () => {
    const lamp: TestLamp = { ...CENTER, radius: [20, 12], luma: 0.4, hardness: 4, dayRed: 0.1 };
    using day = striped();
    using night = striped();
    renderer.apply({ ...identityLook(), lamps: lampList(128, [lamp]) }, PLAIN, night);
    for (let x = 52; x < 76; x++) {
      const at = 36 * night.strides[0] + x;
      const added = night.y[at]! - day.y[at]!;
      if (x % 16 < 8) expect(Math.abs(added - 0.4 * 219)).toBeLessThan(1.5);
      else expect(added).toBe(0);
    }
  });

  it('fades where the day is about as red', () => {
    const light = [0.05, 0.08, 0.1, 0.12, 0.15].map((red) => {
      using frame = makeFrame(SHAPE, (plane) => (plane === 0 ? 60 : plane === 1 ? 128 : 128 + Math.round(224 * red)));
      const before = frame.y[0]!;
      const lamp: TestLamp = { ...CENTER, radius: 9, luma: 0.5, hardness: 4, dayRed: 0.1 };
      renderer.apply({ ...identityLook(), lamps: lampList(128, [lamp]) }, PLAIN, frame);
      return (centerOf(frame)[0]! - before) / (0.5 * 219);
    });
    expect(light[0]).toBe(0);
    expect(light[2]).toBeCloseTo(0.5, 1);
    expect(light[4]).toBeCloseTo(1, 1);
    expect(light).toEqual(light.toSorted((a, b) => a - b));
  });
});

describe('the list of lamps', () => {
  it('ends at the first lamp of luma 0', () => {
    const lamps = [
      { ...CENTER, radius: 2, luma: 1 },
      { ...CENTER, radius: 2, luma: 0 },
      { x: 0.1, y: 0.1, radius: 2, luma: 1 },
    ];
    using frame = draw(lamps);
    using first = draw(lamps.slice(0, 1));
    expect(largestDifference(frame, first)).toBe(0);
  });

  it('leaves out lamps that are not finite', () => {
    const good: TestLamp = { ...CENTER, radius: 2, luma: 1, glare: 0.2 };
    for (let field = 0; field < LAMP_FIELDS; field++) {
      const lamps = lampList(128, [good, { ...good, x: 0.2 }, { ...good, x: 0.8 }]);
      lamps[LAMP_FIELDS + field] = field % 2 === 0 ? Number.NaN : Infinity;
      using frame = makeFrame(SHAPE, (plane) => (plane === 0 ? 30 : 128));
      renderer.apply({ ...identityLook(), lamps }, PLAIN, frame);
      using expected = draw([good, { ...good, x: 0.8 }]);
      expect(largestDifference(frame, expected)).toBe(0);
    }
  });

  it('does not depend on the order', () => {
    const lamps = randomLamps(new Random(6), 60, 6);
    using frame = draw(lamps);
    using reversed = draw(lamps.toReversed());
    expect(largestDifference(frame, reversed)).toBe(0);
  });

  it('leaves no light behind for the next frame, of this size or another', () => {
    using before = draw([]);
    draw(randomLamps(new Random(6), 256, 30)).close();
    using after = draw([]);
    draw(randomLamps(new Random(6), 60, 30), {}, { width: 330, height: 40 }).close();
    using other = draw([]);
    expect(largestDifference(before, after)).toBe(0);
    expect(largestDifference(before, other)).toBe(0);
  });
});

describe('dials and views', () => {
  const lamp: TestLamp = { ...CENTER, radius: 6, luma: 0.4, hardness: 4 };

  it('scales luma by the lights dial and by strength', () => {
    const lumas = [{ lights: 0 }, { lights: 0.5 }, { lights: 2 }, { strength: 0.5 }].map((controls) => {
      using frame = draw([lamp], controls);
      return centerOf(frame)[0];
    });
    expect(lumas).toEqual([30, 74, 205, 74]);
  });

  it('shows lamps on black in the lights view, none in the day view', () => {
    using lights = draw([lamp], { view: 'lights', strength: 0.3 });
    using day = draw([lamp], { view: 'day' });
    expect([centerOf(lights)[0], lights.y[0]]).toEqual([104, 16]);
    expect(centerOf(day)[0]).toBe(30);
  });

  it.each([0.1, 0.3, 0.5, 0.72])('draws no lamp left of the line of a split at %f', (split) => {
    const shape = { width: 334, height: 60, padding: [10, 3, 5] } as const;
    const lamps = lampList(334, [
      ...randomLamps(new Random(2), 60, 9),
      { x: split, y: 0.5, radius: 9, luma: 5, glare: 0.5 },
    ]);
    using frame = randomFrame(shape, new Random(8));
    using day = frame.clone();
    using night = frame.clone();
    renderer.apply({ ...identityLook(), lamps }, { ...DEFAULT_CONTROLS, view: 'split', split }, frame);
    renderer.apply({ ...identityLook(), lamps }, DEFAULT_CONTROLS, night);
    const from = 2 * Math.round((split * 334) / 2);
    for (const [plane, stride] of frame.strides.entries()) {
      const step = plane === 0 ? 1 : 2;
      const rows = (planes: Frame): Uint8Array => [planes.y, planes.u, planes.v][plane]!;
      for (let row = 0; row < 60 / step; row++) {
        const [line, left] = [row * stride, row * stride + from / step];
        expect(rows(frame).subarray(line, left)).toEqual(rows(day).subarray(line, left));
        const right = [left + 2 / step, line + stride] as const; // from after the line to the end of the padding
        expect(rows(frame).subarray(...right)).toEqual(rows(night).subarray(...right));
      }
    }
  });

  it('leaves padding between rows untouched', () => {
    using frame = draw(randomLamps(new Random(2), 60, 9), {}, { width: 70, height: 12, padding: [10, 9, 40] });
    for (const [plane, bytes] of [frame.y, frame.u, frame.v].entries()) {
      const width = plane === 0 ? 70 : 35;
      const stride = frame.strides[plane]!;
      expect([...bytes].filter((_, i) => i % stride >= width).every((byte) => byte === 77)).toBe(true);
    }
  });

  it('draws the same colour in every colour matrix', () => {
    // A red lamp of R, G, B 1, 0.19, 0.17 in its middle: codes of BT.601 are Y 16 + 219 * 0.43, of BT.709 16 + 219 * 0.36.
    const red: TestLamp = { ...CENTER, radius: 12, luma: 0.35, tint: TINTS.red, hardness: 4 };
    const black = (matrix: 'bt601' | 'bt709'): number[] => {
      using frame = draw([red], { view: 'lights' }, { ...SHAPE, color: { matrix, range: 'limited' } });
      return centerOf(frame);
    };
    expect(black('bt709')[0]).toBe(93);
    expect(black('bt601')[0]).toBeGreaterThan(105);
    expect(black('bt601')[0]).toBeLessThan(113);
  });
});
