import { describe, expect, it } from 'vitest';
import { PlaneKernel } from '../../src/image/plane-kernel.js';
import { DaySamples } from '../../src/lighting/day-samples.js';
import { GridFit } from '../../src/lighting/grid-fit.js';
import { LightsFit } from '../../src/lighting/lights-fit.js';
import { NightSamples } from '../../src/lighting/night-samples.js';
import { COLUMNS, SAMPLES } from '../../src/lighting/samples.js';
import { LIGHTS_SIZE } from '../../src/look/look.js';

/** Luma by day of lit ground, and, the same, of the edge of a dark thing before a white sky. */
const GROUND = 0.5;
const EDGE = GROUND;
/** Every so many samples are such an edge. */
const STEP = 16;
const isEdge = (i: number): boolean => (i % COLUMNS) % STEP === 0;

describe('the fit of a look', async () => {
  const kernel = await PlaneKernel.open();
  const [day, night] = [new DaySamples(kernel), new NightSamples(kernel)];
  for (let i = 0; i < SAMPLES; i++) {
    day.luma[i] = day.darkest[i] = day.brightest[i] = isEdge(i) ? EDGE : GROUND;
    day.u[i] = 0.05; // the day's ground is bluish, the night's orange
    day.v[i] = 0;
    night.luma[i] = isEdge(i) ? 0.02 : 0.4;
    night.u[i] = isEdge(i) ? 0 : -0.08;
    night.v[i] = isEdge(i) ? 0 : 0.05;
    night.reflected[i] = 1;
  }
  const grid = new GridFit(kernel);
  const lights = new LightsFit(kernel);
  const ground = kernel.plane(SAMPLES);
  grid.fit(day, night, ground);
  lights.fit(grid, day, night, ground);
  const plane = (index: number): Float32Array =>
    lights.lights.subarray((index * LIGHTS_SIZE) / 4, ((index + 1) * LIGHTS_SIZE) / 4);
  /** Y of the grid alone, in the middle of the frame, for a luma of the day. */
  const gridLuma = (luma: number): number => {
    const bin = Math.floor(luma * 7);
    const at = (k: number): number => ((4 * 16 + 8) * 8 + k) * 12;
    const affine = (k: number): number => (grid.grid[at(k)] ?? 0) * luma + (grid.grid[at(k) + 3] ?? 0);
    return affine(bin) + (luma * 7 - bin) * (affine(bin + 1) - affine(bin));
  };

  it('leaves the edges of dark things dark between lit ground of the same luma', () => {
    expect(gridLuma(EDGE)).toBeLessThan(0.19); // the mean is 0.38
  });

  it('lights the ground in the lights layer, in the night’s own colour', () => {
    const middle = (4 * 8 + 4) * COLUMNS + 8 * 8 + 4; // of the cell that gridLuma reads
    const core = plane(0)[middle]!;
    expect(core).toBeGreaterThan(0.3);
    expect(gridLuma(GROUND) + core * 0.9 * GROUND + plane(1)[middle]!).toBeCloseTo(0.4, 1);
    expect(core * 1.4 * 0.05 + plane(2)[middle]!).toBeLessThan(-0.04);
  });
});

describe('the fit of ground in sun and shadow', async () => {
  const kernel = await PlaneKernel.open();
  const [day, night, grid, lights] = [
    new DaySamples(kernel),
    new NightSamples(kernel),
    new GridFit(kernel),
    new LightsFit(kernel),
  ];
  const ground = kernel.plane(SAMPLES);
  const isShadow = (i: number): boolean => i % COLUMNS < COLUMNS / 2;
  const [shadow, sun] = [0.3, 0.6];
  for (let i = 0; i < SAMPLES; i++) {
    day.luma[i] = day.darkest[i] = day.brightest[i] = isShadow(i) ? shadow : sun;
    // A dark wall of the same lumas in every other column pulls the grid down, so that lamps light the ground by the lights layer.
    const isWall = (i % COLUMNS) % 2 === 0;
    night.luma[i] = isWall ? 0.02 : 0.4;
    night.reflected[i] = 1;
  }
  /** How much brighter than its shadow the sunlit ground beside it is at night, at full resolution. */
  const contrast = (isEven: boolean): number => {
    ground.fill(isEven ? 1 : 0);
    grid.fit(day, night, ground);
    lights.fit(grid, day, night, ground);
    const row = 36 * COLUMNS + COLUMNS / 2 + 1; // lit ground at the edge of the sun
    return (lights.lights[row] ?? 0) * 0.9 * (sun - shadow);
  };

  it('adds light that is the same in sun and shadow, and multiplies that on what stands', () => {
    expect(contrast(false)).toBeGreaterThan(0.05);
    expect(contrast(true)).toBeLessThan(0.5 * contrast(false));
  });
});
