import { describe, expect, it } from 'vitest';
import { readBonnetInto, readHorizon } from '../../src/scene/read-layout.js';
import { SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH } from '../../src/scene/scene.js';
import { streetAt, surfacesOf } from './found-scenes.js';

describe('readHorizon', () => {
  it('lies a little above the top of the ground', () => {
    expect(readHorizon(surfacesOf(streetAt))).toBeCloseTo(0.44, 1);
    expect(readHorizon(surfacesOf((_, y) => (y < 0.1 ? 'sky' : 'road')))).toBeCloseTo(0.1, 1);
  });

  it('ignores specks of ground', () => {
    const specks = surfacesOf((x, y) => (Math.abs(y - 0.2) < 0.01 && x > 0.99 ? 'ground' : streetAt(x, y)));
    expect(readHorizon(specks)).toBe(readHorizon(surfacesOf(streetAt)));
  });

  it('is in the middle where no ground is seen', () => {
    expect(readHorizon(surfacesOf(() => 'sky'))).toBe(0.45);
  });
});

describe('readBonnetInto', () => {
  const out = new Float32Array(SURFACE_SIZE);
  const at = (x: number, y: number): number =>
    out[Math.floor(y * SURFACE_HEIGHT) * SURFACE_WIDTH + Math.floor(x * SURFACE_WIDTH)]!;

  it('finds what reaches the middle of the bottom edge', () => {
    const bonnet = surfacesOf((x, y) => (y > 0.85 + 0.6 * (x - 0.5) ** 2 ? 'vehicle' : streetAt(x, y)));
    expect(readBonnetInto(bonnet, out)).toBe(true);
    expect([at(0.5, 0.95), at(0.5, 0.8), at(0.05, 0.9)]).toEqual([1, 0, 0]);
  });

  it('finds none on open road', () => {
    out.fill(1);
    expect(readBonnetInto(surfacesOf(streetAt), out)).toBe(false);
    expect(out.every((value) => value === 0)).toBe(true);
  });

  it('takes a vehicle that fills the lower half for none', () => {
    const near = surfacesOf((x, y) => (y > 0.4 && Math.abs(x - 0.5) < 0.3 ? 'vehicle' : streetAt(x, y)));
    expect(readBonnetInto(near, out)).toBe(false);
    expect(out.every((value) => value === 0)).toBe(true);
  });
});
