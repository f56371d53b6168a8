import type { Planes } from './planes.js';
import { CROWN_TEXELS, type Crown, type CrownLevel } from './tree-sprite.js';

/** Position, size and colour of a painted crown. */
export interface CrownBlit {
  /** Pixels. */
  readonly left: number;
  readonly top: number;
  readonly pixels: number;
  /** Painted luma is `texel * gain + offset`. */
  readonly gain: number;
  readonly offset: number;
  /** Chroma of the whole crown. */
  readonly tint: { readonly u: number; readonly v: number };
}

/** Blends a crown into planes. */
export function blitCrown(planes: Planes, crown: Crown, blit: CrownBlit): void {
  const level = crownLevel(crown, blit.pixels);
  const bounds = boundsIn(planes, blit);
  blitLuma(planes, level, blit, bounds);
  blitChroma(planes, level, blit, bounds);
}

/** Pixels `x0` to `x1` and rows `y0` to `y1`, both exclusive at the end. */
interface Bounds {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

function boundsIn({ width, height }: Planes, { left, top, pixels }: CrownBlit): Bounds {
  return {
    x0: Math.max(0, Math.ceil(left - 0.5)),
    x1: Math.min(width, Math.floor(left + pixels - 0.5)),
    y0: Math.max(0, Math.ceil(top - 0.5)),
    y1: Math.min(height, Math.floor(top + pixels - 0.5)),
  };
}

function blitLuma({ y, strides }: Planes, level: CrownLevel, blit: CrownBlit, { x0, x1, y0, y1 }: Bounds): void {
  const { luma, opacity, texels } = level;
  const step = texels / blit.pixels;
  const gain = Math.round(blit.gain * 256) | 0;
  const offset = (Math.round(blit.offset * 256) + 128) | 0;
  const stepFixed = Math.round(step * 65536) | 0;
  const startFixed = Math.round((x0 + 0.5 - blit.left) * step * 65536) | 0;
  for (let row = y0; row < y1; row++) {
    const line = Math.min(texels - 1, Math.floor((row + 0.5 - blit.top) * step)) * texels;
    let o = row * strides[0] + x0;
    let at = startFixed;
    for (let x = x0; x < x1; x++, o++, at += stepFixed) {
      const i = line + (at >> 16);
      const a = opacity[i] ?? 0;
      if (a === 0) continue;
      const value = (Math.imul(luma[i] ?? 0, gain) + offset) >> 8;
      if (a === 255) y[o] = value;
      else {
        const old = y[o] ?? 0;
        y[o] = old + ((Math.imul(value - old, a) + 128) >> 8);
      }
    }
  }
}

function blitChroma({ u, v, strides }: Planes, level: CrownLevel, blit: CrownBlit, { x0, x1, y0, y1 }: Bounds): void {
  const { opacity, texels } = level;
  const step = (2 * texels) / blit.pixels;
  const tintU = Math.round(blit.tint.u);
  const tintV = Math.round(blit.tint.v);
  for (let row = y0 >> 1; row < y1 >> 1; row++) {
    const line = Math.min(texels - 1, Math.floor((row + 0.5 - blit.top / 2) * step));
    if (line < 0) continue;
    for (let x = x0 >> 1; x < x1 >> 1; x++) {
      const column = Math.floor((x + 0.5 - blit.left / 2) * step);
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

/** Returns the level of a crown whose texels are about as large as the pixels. */
export function crownLevel(crown: Crown, pixels: number): CrownLevel {
  const halvings = Math.round(Math.log2(Math.max(1, CROWN_TEXELS / Math.max(1, pixels))));
  const level = crown.levels[Math.min(halvings, crown.levels.length - 1)];
  if (!level) throw new RangeError('a crown must have at least one level, got none');
  return level;
}
