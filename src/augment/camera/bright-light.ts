import type { ColorRange } from '../../core/color.js';
import { rangeCodes } from '../../image/color-matrix.js';
import { lightOf } from './linear-light.js';

/** Coded value from which a pixel of a night counts as saturated: what is there is a lamp, whose true light is brighter than white. */
const SHOULDER = 0.82;
/** Light of a white pixel of a night, in whites: lamps exceed what they light by far more, the glow around them by less. */
export const PEAK_LIGHT = 6;
const STEPS = 4095;

/**
 * The light of a night's luma codes before the sensor saturated, and back: linear up to a shoulder, then rising to {@link PEAK_LIGHT} at
 * white, so that lamps that are blurred or scattered stay bright.
 */
export interface BrightLight {
  /** By luma code. */
  readonly light: Float32Array;
  /** Luma code by `sqrt(light) * scale`, rounded, for light up to {@link PEAK_LIGHT}. */
  readonly codes: Uint8Array;
  readonly scale: number;
}

/** Returns the tables of a range. Lends them. */
export function brightLight(range: ColorRange): BrightLight {
  return TABLES[range];
}

const TABLES: Readonly<Record<ColorRange, BrightLight>> = { full: tablesOf('full'), limited: tablesOf('limited') };

function tablesOf(range: ColorRange): BrightLight {
  const { black, luma } = rangeCodes(range);
  const light = Float32Array.from({ length: 256 }, (_, code) => brightLightOf((code - black) / luma));
  const scale = STEPS / Math.sqrt(PEAK_LIGHT);
  const codes = new Uint8Array(STEPS + 1);
  let code = black;
  for (let step = 0; step <= STEPS; step++) {
    const wanted = (step / scale) ** 2;
    // The nearest code: light grows with the code.
    while (code < black + luma && (light[code + 1] ?? 0) - wanted <= wanted - (light[code] ?? 0)) code++;
    codes[step] = code;
  }
  return { light, codes, scale };
}

function brightLightOf(coded: number): number {
  const clipped = Math.min(1, coded);
  const over = Math.max(0, (clipped - SHOULDER) / (1 - SHOULDER));
  return lightOf(clipped) * (1 + (PEAK_LIGHT - 1) * over ** 3);
}
