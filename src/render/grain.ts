import { Random } from '../core/random.js';
import type { Micros } from '../core/time.js';
import type { Thumbnail } from '../image/thumbnail.js';
import type { GrainSigma } from '../look/grain-sigma.js';

/** Grain at dial 1 where a generator says nothing else: sensor noise of a real night. */
export const GRAIN_SIGMA: GrainSigma = { luma: 0.008, chroma: 0.003 };

/** Grain of one call of `Renderer.apply`, in place of what the renderer was opened with. */
export interface GrainOptions {
  /** 32 bits; with the frame's time it decides the grain. */
  readonly seed?: number;
  /** Grain at dial 1. */
  readonly sigma?: GrainSigma | undefined;
}

/** Standard deviation of the noise tile's signed bytes. They clip at 3.7 times this, which reduces it by 0.1 %. */
const TILE_SIGMA = 34;
/** Fraction bits of a grain gain. */
const GAIN_BITS = 10;
/** Maximum gain: noise times gain stays within 16 bits. Dial 4 in full range needs 246. */
const MAX_GAIN = 255;
/** All renderers use the same tile; in each frame, each row starts at another offset of it. */
const TILE_SEED = 0x6e6f6374;

/** Returns Gaussian noise as signed bytes. Each row of a frame reads it from its own offset. The caller owns it. */
export function noiseTile(bytes: number): Int8Array {
  const random = new Random(TILE_SEED);
  return Int8Array.from({ length: bytes }, () =>
    Math.max(-127, Math.min(127, Math.round(random.normal() * TILE_SIGMA))),
  );
}

/** Returns the gain, in 1024ths of a code value per tile unit, for a standard deviation in code values. */
export function grainGain(sigmaCodes: number): number {
  return Math.min(MAX_GAIN, Math.round((sigmaCodes / TILE_SIGMA) * (1 << GAIN_BITS)));
}

/** Returns the seed of one frame's grain: 32 bits from the renderer's seed and the frame's time. */
export function grainSeed(seed: number, pts: Micros): number {
  const low = pts | 0;
  const high = Math.floor(pts / 4294967296) | 0;
  return mix(mix(mix(seed | 0) ^ low) ^ high);
}

/**
 * Returns the seed of a still's grain, 32 bits: it depends on a seed and on what the still shows, so that two images never share
 * their grain and the same image has the same one wherever it lies. Borrows the thumbnail.
 */
export function stillGrainSeed(seed: number, { data }: Thumbnail): number {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
  let hash = mix(seed | 0);
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193) ^ (hash >>> 15);
  return mix(hash);
}

/**
 * Returns the offset in the tile at which the noise of a row starts.
 * @param row `3 * y` for luma, `3 * y + 1` and `3 * y + 2` for U and V, with an even `y`. @param count number of offsets.
 */
export function noiseOffset(frameSeed: number, row: number, count: number): number {
  return mix(frameSeed ^ Math.imul(row, 0x9e3779b1)) % count;
}

/** The finaliser of MurmurHash3: every input bit changes half of the output bits. */
function mix(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
