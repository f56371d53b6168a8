import { Random } from '../core/random.js';
import type { Micros } from '../core/time.js';

/** Standard deviation of grain at dial 1, in units of full range: sensor noise of a real night. */
export const GRAIN_SIGMA = { luma: 0.008, chroma: 0.003 } as const;

/** Standard deviation of the noise tile's signed bytes; they are cut at 3.7 times this, which costs 0.1 % of it. */
const TILE_SIGMA = 34;
/** Fraction bits of a grain gain. */
const GAIN_BITS = 10;
/** Largest gain: keeps noise times gain within 16 bits. Dial 4 in full range asks for 246. */
const MAX_GAIN = 255;
/** Every renderer's tile is the same; frames differ by where in it each row starts. */
const TILE_SEED = 0x6e6f6374;

/** Gaussian noise as signed bytes; rows of a picture read it from offsets of their own. The caller owns it. */
export function noiseTile(bytes: number): Int8Array {
  const random = new Random(TILE_SEED);
  return Int8Array.from({ length: bytes }, () =>
    Math.max(-127, Math.min(127, Math.round(random.normal() * TILE_SIGMA))),
  );
}

/** The gain, in 1024ths of a code value per unit of tile, that gives a standard deviation in code values. */
export function grainGain(sigmaCodes: number): number {
  return Math.min(MAX_GAIN, Math.round((sigmaCodes / TILE_SIGMA) * (1 << GAIN_BITS)));
}

/** The seed of one frame's grain: 32 bits from the renderer's seed and the frame's time. */
export function grainSeed(seed: number, pts: Micros): number {
  const low = pts | 0;
  const high = Math.floor(pts / 4294967296) | 0;
  return mix(mix(mix(seed | 0) ^ low) ^ high);
}

/** Where the noise of a row starts in a tile; rows are numbered by three: luma, then U and V of even rows. */
export function noiseOffset(frameSeed: number, row: number, starts: number): number {
  return mix(frameSeed ^ Math.imul(row, 0x9e3779b1)) % starts;
}

/** The finaliser of MurmurHash3: every bit of the input changes half of the output. */
function mix(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
