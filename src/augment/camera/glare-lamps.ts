import type { Color } from '../../core/color.js';
import type { Frame } from '../../core/frame.js';
import { rangeCodes, yuvToYuv } from '../../image/color-matrix.js';
import { lampShapes } from '../../look/lamp-shape.js';
import type { Look } from '../../look/look.js';
import { PEAK_LIGHT } from './bright-light.js';
import { lightOf } from './linear-light.js';

/** Most light of one lamp, whites: `Look` allows lumas of 8, whose light would be 90. */
const MAX_LIGHT = 40;

/** A lamp that is brighter than white, in pixels of a frame. */
export interface GlareLamp {
  readonly x: number;
  readonly y: number;
  /** Pixels that it covers. */
  readonly pixels: number;
  /** Linear light, whites. */
  readonly light: number;
  /** The part of {@link light} that its pixels do not show. */
  readonly excess: number;
  /** Chroma codes per luma code. */
  readonly blue: number;
  readonly red: number;
}

/** Returns the lamps of a look that saturate the sensor. @param gain dial of the lights. */
export function glareLamps({ lamps }: Look, { width, height, color }: Frame, gain: number): GlareLamp[] {
  const found: GlareLamp[] = [];
  for (const shape of lampShapes(lamps, width, height, gain)) {
    const light = Math.min(MAX_LIGHT, lightOf(shape.spotLuma + shape.glowLuma));
    if (light <= 1) continue;
    found.push({
      x: shape.x,
      y: shape.y,
      pixels: 2 * Math.PI * shape.radiusX * shape.radiusY,
      light,
      excess: Math.max(0, light - PEAK_LIGHT),
      ...tintOf(shape.u, shape.v, color),
    });
  }
  return found;
}

/** Chroma codes per luma code of a frame, from chroma per luma of BT.709 full range. */
function tintOf(u: number, v: number, { matrix, range }: Color): { blue: number; red: number } {
  const [yy, yu, yv, uy, uu, uv, vy, vu, vv] = yuvToYuv('bt709', matrix);
  const { luma, chroma } = rangeCodes(range);
  const perLuma = chroma / luma / Math.max(0.1, yy + yu * u + yv * v);
  return { blue: (uy + uu * u + uv * v) * perLuma, red: (vy + vu * u + vv * v) * perLuma };
}
