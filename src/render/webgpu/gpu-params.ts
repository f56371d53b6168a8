import type { Frame } from '../../core/frame.js';
import type { ApplyOptions } from '../apply-kernel.js';
import type { BandLayout } from './gpu-bands.js';
import type { Geometry } from './gpu-geometry.js';
import type { FrameLamps } from './gpu-lamps.js';
import { TILE } from './shader-main.js';

/** Places of the converted look in its buffer, bytes: the constants of `shader-planes.ts`. */
export const LOOK = { sums: 0, tables: 16_336, lights: 43_984, curves: 141_984, bytes: 363_168 } as const;

/** Bytes of the noise that no row starts at, beside the frame's width. */
const NOISE_SPARE = 32;
const NOISE_BYTES = 65536;
/** One, as a cross term of lit chroma into luma: 15 fraction bits. */
const CROSS_ONE = 32768;
/** Index of the lamps' numbers of the frame. */
const LAMP_FRAME = 24;

/** What a band is rendered with. */
export interface BandParams {
  readonly layout: BandLayout;
  readonly geometry: Geometry;
  readonly lamps: FrameLamps & { readonly flags: number };
  /** First row, and number of rows. */
  readonly row: number;
  readonly rows: number;
}

/** The shader's `Params` of a band: 40 words. */
export function paramsOf(
  { width, height }: Frame,
  { grain, fromColumn, transform }: ApplyOptions,
  { layout, geometry, lamps, row, rows }: BandParams,
): Int32Array {
  const [y, u, v] = layout.planes;
  const [crossU, crossV] = transform.lights.cross;
  const words = new Int32Array(48);
  words.set([width, height, row, rows, fromColumn, y.stride / 4, u.stride / 4, v.stride / 4]);
  words.set([u.start / 4, v.start / 4, lamps.flags, lamps.count, grain.seed, grain.luma, grain.chroma], 8);
  words.set([NOISE_BYTES - width - NOISE_SPARE, fixedCross(crossU), fixedCross(crossV), geometry.chromaColumns], 15);
  words.set([geometry.lumaRows, geometry.chromaRows, lamps.rowMasks, Math.floor(fromColumn / TILE.width)], 19);
  words.set(lamps.frame, LAMP_FRAME);
  return words;
}

function fixedCross(term: number): number {
  return Math.round(Math.min(Math.max(Math.fround(term) * CROSS_ONE, -CROSS_ONE + 1), CROSS_ONE - 1));
}
