import { describe, expect, it } from 'vitest';
import { fromSeconds } from '../../src/core/time.js';
import type { Thumbnail } from '../../src/image/thumbnail.js';
import { lampsOf, type Lamp } from '../../src/look/lamp-list.js';
import { emptyLook, LAMP_FIELDS, LAMP_KINDS, LAMPS_SIZE, MAX_LAMPS, type Look } from '../../src/look/look.js';
import { LampEaser } from '../../src/temporal/lamp-easer.js';
import { createSteadier } from '../../src/temporal/motion-steadier.js';
import { asThumbnail, paint } from '../infer/synthetic-thumbnails.js';

const VECTORS = 64 * 36;
const STILL = new Float32Array(2 * VECTORS);
const FRAME = 1 / 30;
const LAMP: Lamp = {
  ...{
    x: 0.5,
    y: 0.5,
    radiusX: 0.01,
    radiusY: 0.01,
    luma: 1,
    u: 0,
    v: 0,
    hardness: 1,
    glare: 0,
    dayBelow: 0,
    dayRed: 0,
  },
  ...{ kind: 'streetLamp', id: 7 },
};

function lampList(lamps: readonly Partial<Lamp>[]): Float32Array {
  const list = new Float32Array(LAMPS_SIZE);
  for (const [i, lamp] of lamps.entries()) {
    const { x, y, radiusX, radiusY, luma, u, v, hardness, glare, dayBelow, kind, id, dayRed } = { ...LAMP, ...lamp };
    const place = [x, y, radiusX, radiusY, luma, u, v, hardness, glare, dayBelow];
    const numbers = [...place, LAMP_KINDS.indexOf(kind), id, dayRed];
    list.set(numbers, i * LAMP_FIELDS);
  }
  return list;
}

function lampsNow(easer: LampEaser): Lamp[] {
  const lamps = new Float32Array(LAMPS_SIZE).fill(7);
  easer.writeInto(lamps);
  return lampsOf({ lamps });
}

/** An easer that shows `lamps`. */
function easerWith(lamps: readonly Partial<Lamp>[]): LampEaser {
  const easer = new LampEaser();
  easer.reset(lampList(lamps));
  return easer;
}

/** The lamps of each of the next frames, after a new look. */
function nextFrames(easer: LampEaser, look: readonly Partial<Lamp>[], count: number): Lamp[][] {
  easer.aim(lampList(look));
  return Array.from({ length: count }, () => {
    easer.advance(STILL, FRAME, 0.6);
    return lampsNow(easer);
  });
}

/** A texture that moves to the left by `shift` pixels. */
const panned = (shift: number): Float32Array =>
  paint((x, y) => [
    0.4 + 0.2 * Math.sin((x + shift) / 9) * Math.cos(y / 13) + ((x + shift) % 90 < 20 ? -0.2 : 0),
    0,
    0,
  ]);
const at = (seconds: number, data: Float32Array): Thumbnail => asThumbnail(data, fromSeconds(seconds));
const lookWith = (lamps: readonly Partial<Lamp>[]): Look => ({ ...emptyLook(), lamps: lampList(lamps) });

describe('LampEaser', () => {
  it('moves lamps to where the backward flow came from, those of one thing together', () => {
    const backward = new Float32Array(2 * VECTORS).fill(8, 0, VECTORS).fill(-4, VECTORS);
    for (let row = 0; row < 36; row++) backward.fill(0, row * 64 + 40, (row + 1) * 64); // only the left of the frame moves
    const easer = easerWith([{}, { x: 0.9, y: 0.1, id: 8 }, { x: 0.3, y: 0.5, id: 9 }, { x: 0.4, y: 0.5, id: 9 }]);
    easer.advance(backward, FRAME, 0.6);
    const [near, far, left, right] = lampsNow(easer);
    expect(near).toMatchObject({ radiusX: Math.fround(0.01), luma: 1, id: 7 });
    expect([near!.x, near!.y]).toEqual([expect.closeTo(0.5 - 8 / 256), expect.closeTo(0.5 + 4 / 144)]);
    expect(far!.x).toBeCloseTo(0.9);
    expect(right!.x - left!.x).toBeCloseTo(0.1);
  });

  it('inverts a flow that changes from place to place', () => {
    // The camera zooms in about the centre: the content at x now was at 0.95 x, from the centre.
    const backward = Float32Array.from({ length: 2 * VECTORS }, (_, i) => {
      const [column, row] = [i % 64, Math.floor((i % VECTORS) / 64)];
      return -0.05 * (i < VECTORS ? 4 * (column + 0.5) - 128 : 4 * (row + 0.5) - 72);
    });
    const easer = easerWith([{ x: 0.5 + 50 / 256, y: 0.5 - 30 / 144 }]);
    easer.advance(backward, FRAME, 0.6);
    const [lamp] = lampsNow(easer);
    expect((lamp!.x - 0.5) * 256).toBeCloseTo(50 / 0.95, 0);
    expect((lamp!.y - 0.5) * 144).toBeCloseTo(-30 / 0.95, 0);
  });

  it('moves a lamp to its new place, size, colour and luma little by little', () => {
    const goal = { x: 0.51, radiusX: 0.014, luma: 2, v: 0.2 };
    const frames = nextFrames(easerWith([{}]), [goal], 12).map(([lamp]) => lamp!);
    for (const [name, from, to] of [
      ['x', 0.5, 0.51],
      ['radiusX', 0.01, 0.014],
      ['luma', 1, 2],
      ['v', 0, 0.2],
    ] as const) {
      const shares = frames.map((lamp) => (lamp[name] - from) / (to - from));
      expect(shares[0]).toBeLessThan(0.55);
      for (const [i, share] of shares.entries()) expect(share).toBeGreaterThan(i === 0 ? 0.2 : shares[i - 1]!);
      expect(shares.at(-1)).toBeGreaterThan(0.97);
    }
  });

  it('fades a new lamp in and a lost one out, each in 0.2 s', () => {
    const frames = nextFrames(easerWith([{}]), [{ x: 0.2, id: 8 }], 6);
    const lumaOf = (id: number): number[] => frames.map((lamps) => lamps.find((lamp) => lamp.id === id)?.luma ?? 0);
    expect(lumaOf(8)).toEqual([1, 2, 3, 4, 5, 6].map((i) => expect.closeTo(i / 6) as number));
    expect(lumaOf(7)).toEqual([5, 4, 3, 2, 1, 0].map((i) => expect.closeTo(i / 6) as number));
  });

  it('keeps a lamp that changes its kind as bright as it is', () => {
    for (const lamps of nextFrames(easerWith([{}]), [{ kind: 'farLamp' }], 8)) {
      expect(lamps.reduce((sum, { luma }) => sum + luma, 0)).toBeCloseTo(1);
    }
  });

  it('lights a signal that changes in its new place and does not move the old light there', () => {
    const red = { kind: 'signal', v: 1.6 } as const;
    const frames = nextFrames(easerWith([red]), [{ kind: 'signal', v: -0.5, y: 0.52 }], 6);
    for (const lamps of frames) for (const { v, y } of lamps) expect(y).toBeCloseTo(v > 0 ? 0.5 : 0.52);
    expect(frames.at(-1)).toHaveLength(1);
  });

  it('fades a disc out and the red glass in that takes its place, and eases the edge of glass', () => {
    const disc = { kind: 'tailLamp', id: 7 } as const;
    const [first] = nextFrames(easerWith([disc]), [{ ...disc, dayRed: 0.2 }], 1);
    expect(first!.map(({ dayRed }) => dayRed > 0.1)).toEqual(expect.arrayContaining([true, false]));
    const eased = nextFrames(easerWith([{ ...disc, dayRed: 0.2 }]), [{ ...disc, dayRed: 0.3 }], 60).map(
      ([lamp]) => lamp!.dayRed,
    );
    expect(eased[0]).toBeLessThan(0.27);
    expect(eased.at(-1)).toBeCloseTo(0.3, 2);
  });

  it('fades out a lamp that a new look has elsewhere instead of drawing it across the frame', () => {
    const frames = nextFrames(easerWith([{}]), [{ x: 0.8 }], 3);
    for (const lamps of frames) expect(lamps.map(({ x }) => x)).toEqual([expect.closeTo(0.8), expect.closeTo(0.5)]);
  });

  it('does not let a lamp blink that one look lacks', () => {
    const easer = easerWith([{}]);
    const frames = [...nextFrames(easer, [], 3), ...nextFrames(easer, [{}], 6)];
    const lumas = frames.map((lamps) => lamps.reduce((sum, { luma }) => sum + luma, 0));
    expect(Math.min(...lumas)).toBeGreaterThan(0.4);
    expect(lumas.at(-1)).toBeCloseTo(1);
  });

  it('writes the lamps of the last look first, and no more than a look holds', () => {
    const full = (id: number): Partial<Lamp>[] => Array.from({ length: MAX_LAMPS }, (_, i) => ({ id: id + i }));
    const frames = nextFrames(easerWith(full(1)), full(1001), 2);
    expect(frames[1]).toHaveLength(MAX_LAMPS);
    expect(frames[1]!.every(({ id }) => id > 1000)).toBe(true);
  });
});

describe('the lamps of a steadier', () => {
  it('move along the motion, and are eased to those of a new look', async () => {
    using steadier = await createSteadier();
    steadier.propagate(at(0, panned(0)));
    steadier.blend(lookWith([LAMP]), 0.6);
    for (let frame = 1; frame <= 4; frame++) expect(steadier.propagate(at(frame / 30, panned(3 * frame)))).toBe(true);
    const moved = steadier.look.lamps.slice();
    expect(Math.abs(256 * moved[0]! - 116)).toBeLessThan(1.5);
    steadier.blend(lookWith([{ x: 116 / 256, luma: 0.3 }]), 0.6);
    expect(steadier.look.lamps).toEqual(moved);
    for (let frame = 5; frame <= 14; frame++) steadier.propagate(at(frame / 30, panned(12)));
    expect(steadier.look.lamps[4]).toBeCloseTo(0.3, 1);
  });

  it('are those of every look at smoothing 0', async () => {
    using steadier = await createSteadier();
    steadier.propagate(at(0, panned(0)));
    steadier.blend(lookWith([LAMP]), 0);
    steadier.propagate(at(FRAME, panned(0)));
    const next = lookWith([{ x: 0.25, luma: 0.3 }]);
    steadier.blend(next, 0);
    expect(steadier.look.lamps).toEqual(next.lamps);
  });

  it('are dropped at a cut and on reset', async () => {
    using steadier = await createSteadier();
    steadier.propagate(at(0, panned(0)));
    steadier.blend(lookWith([LAMP]), 0.6);
    const otherScene = paint((x, y) => [0.15 + 0.5 * (y / 144) + (x % 64 < 32 ? 0.2 : 0), 0, 0]);
    expect(steadier.propagate(at(0.04, otherScene))).toBe(false);
    expect(steadier.look.lamps.every((number) => number === 0)).toBe(true);
    const next = lookWith([{ x: 0.1, id: 8 }]);
    steadier.blend(next, 0.6);
    expect(steadier.look.lamps).toEqual(next.lamps);
    steadier.reset();
    expect(steadier.look.lamps.every((number) => number === 0)).toBe(true);
  });
});
