import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { createLookFitter } from '../../../src/look/fit/create-look-fitter.js';
import type { YuvPlanes } from '../../../src/look/fit/look-fitter.js';
import { AFFINE_SIZE, GRID_BINS, identityLook, isFiniteLook, type Look } from '../../../src/look/look.js';
import { streetThumbnail } from '../../infer/grade/street-thumbnail.js';
import { applied, colorNoise, maxError, psnr, smoothLook } from './smooth-looks.js';

const street: YuvPlanes = { width: 256, height: 144, data: streetThumbnail() };

function flat(width: number, height: number, color: readonly [number, number, number]): YuvPlanes {
  const count = width * height;
  return { width, height, data: Float32Array.from({ length: 3 * count }, (_, i) => color[Math.floor(i / count)] ?? 0) };
}

/**
 * Largest difference of two grids in what they make of a bin's own luma, and in what they make of chroma. (To every slope of luma in a
 * cell the same number may be added, and as much times luma be taken from the offsets: no pixel changes.)
 */
function gridErrors(a: Look, b: Look): { value: number; chroma: number } {
  const errors = { value: 0, chroma: 0 };
  for (let i = 0; i < a.grid.length; i += 4) {
    const luma = (Math.floor(i / AFFINE_SIZE) % GRID_BINS) / (GRID_BINS - 1);
    const [y = 0, u = 0, v = 0, one = 0] = [0, 1, 2, 3].map((k) => (a.grid[i + k] ?? 0) - (b.grid[i + k] ?? 0));
    errors.value = Math.max(errors.value, Math.abs(y * luma + one));
    errors.chroma = Math.max(errors.chroma, Math.abs(u), Math.abs(v));
  }
  return errors;
}

describe('createLookFitter', async () => {
  const fitter = await createLookFitter();

  it.each([
    [256, 256],
    [320, 180],
    [512, 512],
  ])('recovers a known look from its own result at %ix%i: every pixel and every number', (width, height) => {
    const day = colorNoise(width, height);
    const known = smoothLook(3);
    const night = applied(known, day);
    const look = fitter.fit(day, night);
    expect(maxError(applied(look, day), night)).toBeLessThan(2e-3);
    const { value, chroma } = gridErrors(look, known);
    expect(value).toBeLessThan(1e-2);
    expect(chroma).toBeLessThan(1e-2);
    expect(Math.max(...look.lights)).toBeLessThan(1e-3);
    expect(look.lamps[4]).toBe(0);
  });

  it.each([3, 8, 21])('recovers look %i on a street, where most bins hold nothing', (seed) => {
    const night = applied(smoothLook(seed), street);
    const made = applied(fitter.fit(street, night), street);
    const off = made.data.filter((value, i) => Math.abs(value - night.data[i]!) > 1e-2);
    // Small vivid things that this look makes bright are taken for lights at first, and count less.
    expect(off.length).toBeLessThan(2e-4 * night.data.length);
    expect(maxError(made, night)).toBeLessThan(0.03);
  });

  it('recovers a look at 32x32, where cells hold less than a sample a bin', () => {
    const day = colorNoise(32, 32);
    const night = applied(smoothLook(8), day);
    expect(maxError(applied(fitter.fit(day, night), day), night)).toBeLessThan(1e-2);
  });

  it('makes sane colours of what the day does not show', () => {
    const night = applied(identityLook(), street);
    const look = fitter.fit(street, night);
    const anything = colorNoise(256, 144);
    // A night like the day says that nothing changes: not that what is missing turns black or bright.
    expect(maxError(applied(look, anything), anything)).toBeLessThan(0.5);
    expect(psnr(applied(look, anything), anything)).toBeGreaterThan(24);
  });

  it('maps one colour to another when that is all there is', () => {
    const day = flat(64, 64, [0.6, 0.02, -0.03]);
    const night = flat(64, 64, [0.1, -0.01, 0.04]);
    expect(maxError(applied(fitter.fit(day, night), day), night)).toBeLessThan(2e-3);
  });

  it.each([NaN, Infinity, -Infinity, 1e30])('gives finite looks of images that hold %d', (bad) => {
    const spoil = ({ width, height, data }: YuvPlanes, every: number): YuvPlanes => ({
      width,
      height,
      data: data.map((value, i) => (i % every === 0 ? bad : value)),
    });
    const night = applied(smoothLook(3), street);
    for (const [day, dark] of [
      [spoil(street, 7), night],
      [street, spoil(night, 7)],
      [spoil(street, 1), spoil(night, 1)],
    ] as const) {
      expect(isFiniteLook(fitter.fit(day, dark))).toBe(true);
    }
  });

  it('depends on nothing but its images', async () => {
    const night = applied(smoothLook(3), street);
    const fresh = fitter.fit(street, night).grid.slice();
    fitter.fit(colorNoise(90, 120), colorNoise(90, 120, 6));
    expect(fitter.fit(street, night).grid).toEqual(fresh);
    expect((await createLookFitter()).fit(street, night).grid).toEqual(fresh);
  });

  it('reproduces a tone curve with a vignette, which no grid has exactly', () => {
    const night = flat(256, 144, [0, 0, 0]);
    const count = 256 * 144;
    for (let i = 0; i < count; i++) {
      const [x, y] = [(i % 256) / 256 - 0.5, Math.floor(i / 256) / 144 - 0.5];
      const gain = 0.8 * Math.exp(-3 * (x * x + y * y));
      night.data[i] = gain * (street.data[i] ?? 0) ** 2.2;
      night.data[count + i] = 0.5 * gain * (street.data[count + i] ?? 0) + 0.05 * (night.data[i] ?? 0);
      night.data[2 * count + i] = 0.5 * gain * (street.data[2 * count + i] ?? 0);
    }
    expect(psnr(applied(fitter.fit(street, night), street), night)).toBeGreaterThan(40);
  });

  it('lights nothing for the noise of a generator', () => {
    const random = new Random(9);
    const night = applied(smoothLook(3), street);
    for (let i = 0; i < night.data.length; i++) night.data[i] = (night.data[i] ?? 0) + 0.05 * random.normal();
    const look = fitter.fit(street, night);
    expect(look.lamps[4]).toBe(0);
    const halo = look.lights.subarray(72 * 128, 2 * 72 * 128);
    expect(halo.reduce((sum, value) => sum + value, 0) / halo.length).toBeLessThan(2e-3);
  });

  it.each([
    ['two sizes', colorNoise(64, 64), colorNoise(64, 65)],
    ['too small a size', colorNoise(31, 64), colorNoise(31, 64)],
    ['a length that is not its size', { ...colorNoise(64, 64), height: 63 }, colorNoise(64, 63)],
  ])('refuses %s', (_, day, night) => {
    expect(() => fitter.fit(day, night)).toThrow(RangeError);
  });
});
