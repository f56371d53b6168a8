import type { Planes } from './planes.js';
import { CROWN_TEXELS, type Crown } from './tree-sprite.js';

/** Where a crown is painted. */
export interface CrownBlit {
  /** Pixels. */
  readonly left: number;
  readonly top: number;
  readonly pixels: number;
  /** Painted luma = texel * mul + add. */
  readonly mul: number;
  readonly add: number;
  /** Chroma of the whole crown. */
  readonly tint: { readonly u: number; readonly v: number };
}

/** Blends a crown into a picture. */
export function blitCrown(planes: Planes, crown: Crown, place: CrownBlit): void {
  const { width, height, y, u, v, strides } = planes;
  const level = crownLevel(crown, place.pixels);
  const step = level.texels / place.pixels;
  const x0 = Math.max(0, Math.ceil(place.left - 0.5));
  const x1 = Math.min(width, Math.floor(place.left + place.pixels - 0.5));
  const y0 = Math.max(0, Math.ceil(place.top - 0.5));
  const y1 = Math.min(height, Math.floor(place.top + place.pixels - 0.5));
  const mul = Math.round(place.mul * 256) | 0;
  const add = (Math.round(place.add * 256) + 128) | 0;
  const { luma, opacity, texels } = level;
  const stepFixed = Math.round(step * 65536) | 0;
  const startFixed = Math.round((x0 + 0.5 - place.left) * step * 65536) | 0;
  for (let row = y0; row < y1; row++) {
    const line = Math.min(texels - 1, Math.floor((row + 0.5 - place.top) * step)) * texels;
    let o = row * strides[0] + x0;
    let at = startFixed;
    for (let x = x0; x < x1; x++, o++, at += stepFixed) {
      const i = line + (at >> 16);
      const a = opacity[i] ?? 0;
      if (a === 0) continue;
      const value = (Math.imul(luma[i] ?? 0, mul) + add) >> 8;
      if (a === 255) y[o] = value;
      else {
        const old = y[o] ?? 0;
        y[o] = old + ((Math.imul(value - old, a) + 128) >> 8);
      }
    }
  }
  const tintU = Math.round(place.tint.u);
  const tintV = Math.round(place.tint.v);
  const half = 2 * step;
  for (let row = y0 >> 1; row < y1 >> 1; row++) {
    const line = Math.min(texels - 1, Math.floor((row + 0.5 - place.top / 2) * half));
    if (line < 0) continue;
    for (let x = x0 >> 1; x < x1 >> 1; x++) {
      const column = Math.floor((x + 0.5 - place.left / 2) * half);
      if (column < 0 || column >= texels) continue;
      const a = opacity[line * texels + column] ?? 0;
      if (a === 0) continue;
      const ou = row * strides[1] + x;
      const ov = row * strides[2] + x;
      u[ou] = (u[ou] ?? 0) + (((tintU - (u[ou] ?? 0)) * a) >> 8);
      v[ov] = (v[ov] ?? 0) + (((tintV - (v[ov] ?? 0)) * a) >> 8);
    }
  }
}

/** The level of a crown whose texels are about as large as the pixels. */
export function crownLevel(crown: Crown, pixels: number): Crown['levels'][number] {
  const halvings = Math.round(Math.log2(Math.max(1, CROWN_TEXELS / Math.max(1, pixels))));
  const level = crown.levels[Math.min(halvings, crown.levels.length - 1)];
  if (!level) throw new RangeError('a crown must have a level, got none');
  return level;
}

/** Copies rows between planes of different strides. */
export function copyRows(from: Uint8Array, width: number, to: Uint8Array, stride: number, rows: number): void {
  if (stride === width) {
    to.set(from.subarray(0, rows * width));
    return;
  }
  for (let r = 0; r < rows; r++) to.set(from.subarray(r * width, (r + 1) * width), r * stride);
}
