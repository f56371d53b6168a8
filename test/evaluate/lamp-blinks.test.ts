import { describe, expect, it } from 'vitest';
import { LampBlinks } from '../../src/evaluate/lamp-blinks.js';
import { LAMP_FIELDS, LAMP_KINDS, LAMPS_SIZE, type LampKind } from '../../src/look/look.js';

const FRAME = 1 / 30;
const STILL = new Float32Array(2 * 64 * 36);

interface ShownLamp {
  readonly id: number;
  readonly x?: number;
  readonly luma?: number;
  readonly kind?: LampKind;
}

function lookOf(lamps: readonly ShownLamp[]): { lamps: Float32Array } {
  const list = new Float32Array(LAMPS_SIZE);
  for (const [i, { id, x = 0.5, luma = 1, kind = 'window' }] of lamps.entries()) {
    list.set([x, 0.5, 0.01, 0.01, luma, 0, 0, 1, 0, 0, LAMP_KINDS.indexOf(kind), id], i * LAMP_FIELDS);
  }
  return { lamps: list };
}

/** Counts over frames at 30 a second. */
function blinksOf(frames: number, lampsAt: (frame: number) => readonly ShownLamp[], cutAt = 0): LampBlinks {
  const blinks = new LampBlinks();
  for (let frame = 0; frame < frames; frame++) {
    blinks.add(lookOf(lampsAt(frame)), frame === cutAt ? undefined : STILL, FRAME);
  }
  return blinks;
}

describe('LampBlinks', () => {
  it('counts lamps that stay lit, or fade without going out, as steady', () => {
    const { counts } = blinksOf(60, (frame) => [{ id: 1 }, { id: 2, luma: 0.6 + 0.4 * Math.sin(frame) }]);
    expect(counts).toEqual({ lamps: 2, blinking: 0 });
  });

  it('counts a lamp once that goes out and on again within a second, however often', () => {
    const { counts } = blinksOf(90, (frame) => (frame % 20 < 10 ? [{ id: 1 }, { id: 2 }] : [{ id: 2 }]));
    expect(counts).toEqual({ lamps: 2, blinking: 1 });
  });

  it('takes too faint a lamp for one that is out', () => {
    const { counts } = blinksOf(30, (frame) => [{ id: 1, luma: frame === 10 ? 0.04 : 1 }]);
    expect(counts.blinking).toBe(1);
  });

  it('does not count what is out for longer, or goes on in another shot', () => {
    const isOn = (frame: number): boolean => frame < 10 || frame > 50;
    expect(blinksOf(90, (frame) => (isOn(frame) ? [{ id: 1 }] : [])).counts.blinking).toBe(0);
    const gap = (frame: number): readonly ShownLamp[] => (frame < 10 || frame >= 20 ? [{ id: 1 }] : []);
    expect(blinksOf(40, gap, 20).counts).toEqual({ lamps: 2, blinking: 0 });
  });

  it('knows a lamp again under a new id where it went out, but not another kind or place', () => {
    const again = (lamp: ShownLamp): LampBlinks =>
      blinksOf(40, (frame) => (frame < 10 ? [{ id: 1 }] : frame < 20 ? [] : [lamp]));
    expect(again({ id: 2, x: 0.505 }).counts).toEqual({ lamps: 1, blinking: 1 });
    expect(again({ id: 2, x: 0.6 }).counts).toEqual({ lamps: 2, blinking: 0 });
    expect(again({ id: 2, kind: 'signal' }).kinds).toMatchObject({
      window: { lamps: 1, blinking: 0 },
      signal: { lamps: 1, blinking: 0 },
    });
  });

  it('leaves out what leaves the frame, and lamps without an id', () => {
    const leaving = blinksOf(40, (frame) => (frame < 10 || frame > 25 ? [{ id: 1, x: frame < 10 ? 0.9 : 1.01 }] : []));
    expect(leaving.counts).toEqual({ lamps: 1, blinking: 0 });
    expect(blinksOf(40, (frame) => (frame % 9 < 5 ? [{ id: 0 }] : [])).counts).toEqual({ lamps: 0, blinking: 0 });
  });
});
