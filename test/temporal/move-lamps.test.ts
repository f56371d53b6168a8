import { describe, expect, it } from 'vitest';
import { fromSeconds } from '../../src/core/time.js';
import type { Thumbnail } from '../../src/image/thumbnail.js';
import { emptyLook, LAMP_FIELDS, type Look } from '../../src/look/look.js';
import { createSteadier } from '../../src/temporal/motion-steadier.js';
import { moveLampsInto } from '../../src/temporal/move-lamps.js';
import { asThumbnail, paint } from '../infer/synthetic-thumbnails.js';
import { lampList } from '../render/lamps.js';

const VECTORS = 64 * 36;
const LAMP = { x: 0.5, y: 0.5, radius: 2, luma: 1 };

/** A texture that moves to the left by `shift` pixels. */
const panned = (shift: number): Float32Array =>
  paint((x, y) => [
    0.4 + 0.2 * Math.sin((x + shift) / 9) * Math.cos(y / 13) + ((x + shift) % 90 < 20 ? -0.2 : 0),
    0,
    0,
  ]);
const at = (seconds: number, data: Float32Array): Thumbnail => asThumbnail(data, fromSeconds(seconds));
const lookWith = (lamps: Float32Array): Look => ({ ...emptyLook(), lamps });

describe('moveLampsInto', () => {
  it('moves lamps to where the backward flow came from, and copies their other numbers', () => {
    const backward = new Float32Array(2 * VECTORS).fill(8, 0, VECTORS).fill(-4, VECTORS);
    const lamps = lampList(256, [LAMP, { ...LAMP, x: 0.9, y: 0.1 }]);
    const out = new Float32Array(lamps.length).fill(7);
    moveLampsInto(lamps, backward, out);
    expect(out[0]).toBeCloseTo(0.5 - 8 / 256);
    expect(out[1]).toBeCloseTo(0.5 + 4 / 144);
    expect(out[LAMP_FIELDS]).toBeCloseTo(0.9 - 8 / 256);
    expect(out.subarray(2, LAMP_FIELDS)).toEqual(lamps.subarray(2, LAMP_FIELDS));
    expect(out[2 * LAMP_FIELDS + 4]).toBe(0);
  });

  it('inverts a flow that changes from place to place', () => {
    // The camera zooms in about the centre: the content at x now was at 0.95 x, from the centre.
    const backward = Float32Array.from({ length: 2 * VECTORS }, (_, i) => {
      const [column, row] = [i % 64, Math.floor((i % VECTORS) / 64)];
      return -0.05 * (i < VECTORS ? 4 * (column + 0.5) - 128 : 4 * (row + 0.5) - 72);
    });
    const lamps = lampList(256, [{ ...LAMP, x: 0.5 + 50 / 256, y: 0.5 - 30 / 144 }]);
    moveLampsInto(lamps, backward, lamps);
    expect((lamps[0]! - 0.5) * 256).toBeCloseTo(50 / 0.95, 0);
    expect((lamps[1]! - 0.5) * 144).toBeCloseTo(-30 / 0.95, 0);
  });
});

describe('the lamps of a steadier', () => {
  it('move along the motion, and are those of a new look after it', async () => {
    using steadier = await createSteadier();
    steadier.propagate(at(0, panned(0)));
    steadier.blend(lookWith(lampList(256, [LAMP])), 0.6);
    for (let frame = 1; frame <= 4; frame++) expect(steadier.propagate(at(frame / 30, panned(3 * frame)))).toBe(true);
    expect(Math.abs(256 * steadier.look.lamps[0]! - 116)).toBeLessThan(1.5);
    const next = lampList(256, [{ ...LAMP, x: 0.25, luma: 0.3 }]);
    steadier.blend(lookWith(next), 1);
    expect(steadier.look.lamps).toEqual(next);
  });

  it('are dropped at a cut and on reset', async () => {
    using steadier = await createSteadier();
    steadier.propagate(at(0, panned(0)));
    steadier.blend(lookWith(lampList(256, [LAMP])), 0.6);
    const otherScene = paint((x, y) => [0.15 + 0.5 * (y / 144) + (x % 64 < 32 ? 0.2 : 0), 0, 0]);
    expect(steadier.propagate(at(0.04, otherScene))).toBe(false);
    expect(steadier.look.lamps.every((number) => number === 0)).toBe(true);
    steadier.blend(lookWith(lampList(256, [LAMP])), 0.6);
    steadier.reset();
    expect(steadier.look.lamps.every((number) => number === 0)).toBe(true);
  });
});
