import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { createLookFitter } from '../../../src/look/fit/create-look-fitter.js';
import type { YuvPlanes } from '../../../src/look/fit/look-fitter.js';
import { lampsOf } from '../../../src/look/lamp-list.js';
import type { Look } from '../../../src/look/look.js';
import { streetThumbnail } from '../../infer/grade/street-thumbnail.js';
import { applied, psnr, setLamps, smoothLook } from './smooth-looks.js';

const street: YuvPlanes = { width: 256, height: 144, data: streetThumbnail() };

function darkLook(): Look {
  const look = smoothLook(3);
  for (let i = 0; i < look.grid.length; i++) look.grid[i] = 0.4 * (look.grid[i] ?? 0);
  return look;
}

function litStreet(lamps: readonly (readonly number[])[]): YuvPlanes {
  const look = darkLook();
  setLamps(look, lamps);
  return applied(look, street);
}

describe('the lamps of a fitted look', async () => {
  const fitter = await createLookFitter();
  const white = [0.44, 0.72, 0.012, 0.7, 0, 0.03, 1];
  const red = [0.62, 0.66, 0.009, 0.5, -0.1, 0.5, 2];

  it('have the places, sizes and colours of the lamps in the image', () => {
    const lamps = lampsOf(fitter.fit(street, litStreet([white, red])));
    expect(lamps).toHaveLength(2);
    for (const [x = 0, y = 0, radius = 0, luma = 0, , v = 0] of [white, red]) {
      const lamp = lamps.find((one) => Math.hypot(one.x - x, one.y - y) < 0.006);
      expect(lamp).toBeDefined();
      expect(lamp!.radiusX / radius).toBeGreaterThan(0.7);
      expect(lamp!.radiusX / radius).toBeLessThan(1.4);
      expect(lamp!.luma / luma).toBeGreaterThan(0.75);
      expect(lamp!.luma / luma).toBeLessThan(1.35);
      expect(Math.abs(lamp!.v - v)).toBeLessThan(0.2);
      expect(lamp!.id).toBe(0);
    }
  });

  it('leave no second light in the lights layer, and no hole in the grid', () => {
    const night = litStreet([white, red]);
    const look = fitter.fit(street, night);
    expect(psnr(applied(look, street), night)).toBeGreaterThan(38);
    const halo = look.lights.subarray(72 * 128, 2 * 72 * 128);
    expect(Math.max(...halo)).toBeLessThan(0.2);
    look.lamps.fill(0);
    look.lights.fill(0);
    expect(psnr(applied(look, street), litStreet([]))).toBeGreaterThan(34);
  });

  it('are round in the frame that a squeezed image stands for', () => {
    const night = litStreet([white]);
    const ratioOf = (aspect: number): number => {
      const [lamp] = lampsOf(fitter.fit(street, night, { aspect }));
      return lamp!.radiusY / lamp!.radiusX;
    };
    expect(ratioOf(16 / 9)).toBeCloseTo(1, 0.5);
    expect(ratioOf(4 / 3) / ratioOf(16 / 9)).toBeCloseTo(4 / 3, 3);
  });

  it('are none where the night is darker than it should be, or bright over an area', () => {
    const night = litStreet([]);
    for (let y = 40; y < 46; y++) for (let x = 60; x < 66; x++) night.data[y * 256 + x] = 0;
    for (let y = 70; y < 110; y++) for (let x = 100; x < 150; x++) night.data[y * 256 + x]! += 0.2;
    expect(lampsOf(fitter.fit(street, night))).toEqual([]);
  });

  it('are not made of texture that a generator invents', () => {
    const random = new Random(4);
    const night = litStreet([]);
    for (let i = 0; i < 256 * 144; i++) night.data[i] = Math.max(0, night.data[i]! + 0.12 * random.normal());
    expect(lampsOf(fitter.fit(street, night)).length).toBeLessThanOrEqual(2);
  });

  describe('in a video', () => {
    /** Fits frames whose lamp moves, flickers and is lost in some frames. */
    async function idsOf(lumas: readonly number[]): Promise<(number | undefined)[]> {
      const video = await createLookFitter();
      return lumas.map((luma, i) => {
        const night = litStreet(luma > 0 ? [[0.44 + 0.004 * i, 0.72, 0.012, luma, 0, 0, 1], red] : [red]);
        const lamps = lampsOf(video.fit(street, night, { continuing: i > 0 }));
        return lamps.find(({ v }) => v < 0.3)?.id;
      });
    }

    it('keep their ids while they move, flicker around the threshold or are missed', async () => {
      const ids = await idsOf([0.6, 0.5, 0.6, 0.14, 0.15, 0, 0.6, 0.6]);
      expect(ids.slice(1, 5).every((id) => id === ids[1])).toBe(true);
      expect(ids[1]).toBeGreaterThan(0);
      expect(ids[5]).toBeUndefined();
      expect(ids.slice(6)).toEqual([ids[1], ids[1]]);
    });

    it('are drawn from their second frame on, but for those of the first one', async () => {
      const ids = await idsOf([0, 0, 0.6, 0.6, 0.6]);
      expect(ids[2]).toBeUndefined();
      expect(ids[3]).toBeGreaterThan(0);
      expect(ids[4]).toBe(ids[3]);
    });

    it('do not begin as faint as they may end', async () => {
      expect(await idsOf([0, 0.12, 0.12, 0.12])).toEqual([undefined, undefined, undefined, undefined]);
    });
  });
});
