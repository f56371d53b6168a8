import { Random } from '../../../src/core/random.js';
import type { YuvPlanes } from '../../../src/look/fit/look-fitter.js';
import { applyLookInto } from '../../../src/look/apply-look.js';
import {
  AFFINE_SIZE,
  emptyLook,
  GRID_BINS,
  GRID_HEIGHT,
  GRID_WIDTH,
  LAMP_FIELDS,
  type Look,
} from '../../../src/look/look.js';

/** A random look whose twelve numbers are waves over rows, columns and bins. */
export function smoothLook(seed: number): Look {
  const random = new Random(seed);
  const look = emptyLook();
  const waves = Array.from({ length: AFFINE_SIZE }, () => [
    random.between(-0.15, 0.15),
    random.between(-0.27, 0.27),
    random.between(-0.31, 0.31),
    random.between(0, 6),
  ]);
  for (let i = 0; i < look.grid.length; i++) {
    const n = i % AFFINE_SIZE;
    const vertex = Math.floor(i / AFFINE_SIZE);
    const [bin, column] = [vertex % GRID_BINS, Math.floor(vertex / GRID_BINS) % GRID_WIDTH];
    const row = Math.floor(vertex / GRID_BINS / GRID_WIDTH) % GRID_HEIGHT;
    const [a = 0, b = 0, c = 0, phase = 0] = waves[n] ?? [];
    const isDiagonal = n % 5 === 0;
    const amplitude = isDiagonal ? 0.12 : n % 4 === 3 ? 0.04 : 0.05;
    look.grid[i] = (isDiagonal ? 0.4 : 0) + amplitude * Math.sin(a * column + b * row + c * bin + phase);
  }
  return look;
}

/** A day of independent samples: every vertex sees every colour. */
export function colorNoise(width: number, height: number, seed = 5): YuvPlanes {
  const random = new Random(seed);
  const count = width * height;
  const data = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    data[i] = random.next();
    data[count + i] = random.between(-0.2, 0.2);
    data[2 * count + i] = random.between(-0.2, 0.2);
  }
  return { width, height, data };
}

/** What a look makes of an image. */
export function applied(look: Look, { width, height, data }: YuvPlanes): YuvPlanes {
  const out = new Float32Array(data.length);
  applyLookInto(look, data, out, [width, height]);
  return { width, height, data: out };
}

/** Largest difference between two images. */
export function maxError(a: YuvPlanes, b: YuvPlanes): number {
  return a.data.reduce((max, value, i) => Math.max(max, Math.abs(value - (b.data[i] ?? 0))), 0);
}

/** Peak signal-to-noise ratio of Y, U and V clamped to what an image holds, dB. */
export function psnr(a: YuvPlanes, b: YuvPlanes): number {
  const count = a.width * a.height;
  const held = (value: number, i: number): number =>
    i < count ? Math.min(1, Math.max(0, value)) : Math.min(0.5, Math.max(-0.5, value));
  const sum = a.data.reduce((total, value, i) => total + (held(value, i) - held(b.data[i] ?? 0, i)) ** 2, 0);
  return 10 * Math.log10(a.data.length / sum);
}

/** Writes lamps into a look: x, y, radius in shares of the width, luma, u, v, hardness. */
export function setLamps(look: Look, lamps: readonly (readonly number[])[]): void {
  for (const [i, [x = 0, y = 0, radius = 0, luma = 0, u = 0, v = 0, hardness = 1]] of lamps.entries()) {
    look.lamps.set([x, y, radius, radius, luma, u, v, hardness, 0, 0, 8, 0, 0], i * LAMP_FIELDS);
  }
}
