import { BoxBlur } from '../../image/blur.js';
import { Morphology } from '../../image/morphology.js';
import type { PlaneKernel } from '../../image/plane-kernel.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';
import { TopHat } from '../../image/top-hat.js';
import {
  AFFINE_SIZE,
  GRID_BINS,
  GRID_HEIGHT,
  GRID_SIZE,
  GRID_WIDTH,
  LAMPS_SIZE,
  LIGHTS_CHANNELS,
  LIGHTS_HEIGHT,
  LIGHTS_SIZE,
  LIGHTS_WIDTH,
  type Look,
} from '../../look/look.js';

const PIXELS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;

/** Options of {@link plainGradeGrid} and {@link plainGrade}. */
export interface PlainGradeOptions {
  /** One gain for every luma: a very dark night without contrast. Default false. */
  readonly deep?: boolean;
}

/** The logistic function. */
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Returns the grid of the plain grade: a night that depends only on height and luma, the same for every frame. The initial
 * bias of a new network, and the baseline that {@link createGrade} improves on.
 * Shape: {@link Look.grid}; the caller owns it.
 */
export function plainGradeGrid(options: PlainGradeOptions = {}): Float32Array {
  const grid = new Float32Array(GRID_SIZE);
  for (let row = 0; row < GRID_HEIGHT; row++) {
    const skyHeight = sigmoid((0.5 - (row + 0.5) / GRID_HEIGHT) * 12);
    for (let bin = 0; bin < GRID_BINS; bin++) {
      const luma = bin / (GRID_BINS - 1);
      const s = skyHeight * sigmoid((luma - 0.55) * 14);
      const gain = options.deep ? 0.22 : Math.max(0.12, 0.75 * luma);
      const blue = options.deep ? 0.015 : 0.006;
      const chroma = 0.5 * (1 - s) + 0.12 * s;
      for (let column = 0; column < GRID_WIDTH; column++) {
        const at = ((row * GRID_WIDTH + column) * GRID_BINS + bin) * AFFINE_SIZE;
        grid[at] = gain * (1 - s) + 0.02 * s;
        grid[at + 3] = 0.012 * (1 - s) + 0.035 * s;
        grid[at + 5] = chroma;
        grid[at + 7] = blue * (1 - s) + 0.05 * s;
        grid[at + 10] = chroma;
        grid[at + 11] = -0.004 - 0.016 * s;
      }
    }
  }
  return grid;
}

/**
 * Returns the lights of the plain grade at the thumbnail's size, `[4, 144, 256]`: core, haloY, haloU, haloV. Small saturated
 * spots, dilated by a square, and their glow. The caller owns them.
 */
export function plainGradeLights(kernel: PlaneKernel, day: Float32Array): Float32Array {
  const luma = day.subarray(0, PIXELS);
  const u = day.subarray(PIXELS, 2 * PIXELS);
  const v = day.subarray(2 * PIXELS, 3 * PIXELS);
  const blur = new BoxBlur(kernel, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT);
  const blur9x9 = (plane: Float32Array): Float32Array => {
    const blurred = new Float32Array(PIXELS);
    blur.blurInto(plane, [4, 4], 'zero', blurred);
    return blurred;
  };

  const spots = new Float32Array(PIXELS);
  const saturation = u.map((value, i) => Math.hypot(value, v[i] ?? 0));
  new TopHat(kernel, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT, 4).whiteInto(saturation, spots);
  const source = spots.map((spot, i) => ((luma[i] ?? 0) > 0.25 ? Math.min(1, Math.max(0, 5 * spot - 0.12)) : 0));
  const core = new Float32Array(PIXELS);
  new Morphology(kernel, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT).dilateInto(source, 1, core);

  const halo = blur9x9(blur9x9(core)).map((value) => 2.2 * value);
  const glowU = blur9x9(core.map((value, i) => value * (u[i] ?? 0)));
  const glowV = blur9x9(core.map((value, i) => value * (v[i] ?? 0)));
  const lights = new Float32Array(LIGHTS_CHANNELS * PIXELS);
  lights.set(core);
  for (let i = 0; i < PIXELS; i++) {
    const glow = halo[i] ?? 0;
    lights[PIXELS + i] = 0.35 * glow * (luma[i] ?? 0);
    lights[2 * PIXELS + i] = 2 * glow * (glowU[i] ?? 0);
    lights[3 * PIXELS + i] = 2 * glow * (glowV[i] ?? 0);
  }
  return lights;
}

/**
 * Returns the plain grade as a look; the caller owns it. Its lights are {@link plainGradeLights} averaged over 2x2 samples: a
 * lights layer has half the resolution.
 */
export function plainGrade(kernel: PlaneKernel, day: Float32Array, options: PlainGradeOptions = {}): Look {
  const fine = plainGradeLights(kernel, day);
  const lights = new Float32Array(LIGHTS_SIZE);
  for (let channel = 0, out = 0; channel < LIGHTS_CHANNELS; channel++) {
    for (let y = 0; y < LIGHTS_HEIGHT; y++) {
      for (let x = 0; x < LIGHTS_WIDTH; x++, out++) {
        const at = channel * PIXELS + 2 * y * THUMBNAIL_WIDTH + 2 * x;
        const upper = (fine[at] ?? 0) + (fine[at + 1] ?? 0);
        lights[out] = (upper + (fine[at + THUMBNAIL_WIDTH] ?? 0) + (fine[at + THUMBNAIL_WIDTH + 1] ?? 0)) / 4;
      }
    }
  }
  return { grid: plainGradeGrid(options), lights, lamps: new Float32Array(LAMPS_SIZE) };
}
