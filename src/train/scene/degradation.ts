import { Random } from '../../core/random.js';

/** What cameras and weather do to an image. */
export interface Degradation {
  /** `[3, 512]`: sRGB of R, G and B in halves of a code to 0 to 1: exposure, gamma, white balance, haze. */
  readonly curves: Float32Array;
  /** Passes of a 3x3 box blur. */
  readonly blurs: number;
  /** Number of rain streaks. */
  readonly streaks: number;
  /** Standard deviation of the noise of luma. */
  readonly noise: number;
  /** Strength of 8x8 blocks as of a strong JPEG, 0 to 1. */
  readonly blocks: number;
}

/** Values of one curve. */
const CURVE = 512;
/** Length of the table of noise: a prime, so that rows do not repeat. */
const NOISE_LENGTH = 65_521;
const BLOCK = 8;

/** Nothing is changed. */
export const NO_DEGRADATION: Degradation = {
  curves: curves({ gain: 1, gamma: 1, haze: 0, balance: [1, 1, 1] }),
  blurs: 0,
  streaks: 0,
  noise: 0,
  blocks: 0,
};

/** Draws a degradation: strong ones often, since cameras differ more than any one set of images. */
export function randomDegradation(random: Random): Degradation {
  const isChanged = random.next() < 0.85;
  const warmth = isChanged ? random.between(-0.18, 0.18) : 0;
  const tint = isChanged ? random.between(-0.06, 0.06) : 0;
  const gain = isChanged ? random.between(0.65, 1.35) : 1;
  const gamma = isChanged ? Math.exp(random.between(-0.55, 0.55)) : 1;
  const haze = random.next() < 0.2 ? random.between(0.05, 0.35) : 0;
  return {
    curves: curves({ gain, gamma, haze, balance: [1 + warmth, 1 + tint, 1 - warmth] }),
    blurs: random.next() < 0.3 ? 1 + random.below(2) : 0,
    streaks: random.next() < 0.06 ? 40 + random.below(160) : 0,
    noise: random.next() < 0.4 ? random.between(0.005, 0.05) : 0,
    blocks: random.next() < 0.2 ? random.between(0.3, 0.8) : 0,
  };
}

interface CurveOptions {
  readonly gain: number;
  readonly gamma: number;
  readonly haze: number;
  readonly balance: readonly [number, number, number];
}

function curves({ gain, gamma, haze, balance }: CurveOptions): Float32Array {
  const result = new Float32Array(3 * CURVE);
  for (const [channel, factor] of balance.entries()) {
    for (let i = 0; i < CURVE; i++) {
      const value = Math.min(1, gain * factor * Math.min(1, i / (CURVE - 2)) ** gamma);
      result[channel * CURVE + i] = value + haze * (0.85 - value);
    }
  }
  return result;
}

/** Applies blur, rain, blocks and noise to an image `[H, W, 3]` (Y, U, V) in place. */
export function degradeInto(
  image: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
  { blurs, streaks, noise, blocks }: Degradation,
  random: Random,
): void {
  for (let pass = 0; pass < blurs; pass++) blur(image, width, height);
  for (let i = 0; i < streaks; i++) drawStreak(image, width, height, random);
  if (blocks > 0) flattenBlocks(image, width, height, blocks);
  if (noise > 0) addNoise(image, noise, random);
}

/** A box blur of 3x3: rows, then columns. */
function blur(image: Float32Array, width: number, height: number): void {
  const row = 3 * width;
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < 3; c++) {
      let before = image[y * row + c] ?? 0;
      for (let i = y * row + c + 3, end = (y + 1) * row - 3; i < end; i += 3) {
        const here = image[i] ?? 0;
        image[i] = (before + here + (image[i + 3] ?? 0)) / 3;
        before = here;
      }
    }
  }
  const above = image.slice(0, row);
  for (let y = 1; y < height - 1; y++) {
    for (let i = 0, at = y * row; i < row; i++, at++) {
      const here = image[at] ?? 0;
      image[at] = ((above[i] ?? 0) + here + (image[at + row] ?? 0)) / 3;
      above[i] = here;
    }
  }
}

/** A bright, steep, short line. */
function drawStreak(image: Float32Array, width: number, height: number, random: Random): void {
  const length = 6 + random.below(20);
  const slope = random.between(-0.2, 0.2);
  const strength = random.between(0.1, 0.35);
  const x = random.below(width);
  const y = random.below(height);
  for (let i = 0; i < length && y + i < height; i++) {
    const column = Math.round(x + slope * i);
    if (column < 0 || column >= width) break;
    const at = 3 * ((y + i) * width + column);
    image[at] = (image[at] ?? 0) + strength * (0.9 - (image[at] ?? 0));
  }
}

/** Pulls each block of 8x8 towards its mean: its chroma fully, its luma less. */
function flattenBlocks(image: Float32Array, width: number, height: number, strength: number): void {
  for (let top = 0; top + BLOCK <= height; top += BLOCK) {
    for (let left = 0; left + BLOCK <= width; left += BLOCK) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let y = top; y < top + BLOCK; y++)
          for (let x = left; x < left + BLOCK; x++) sum += image[3 * (y * width + x) + c] ?? 0;
        const mean = sum / BLOCK ** 2;
        const share = c === 0 ? 0.35 * strength : strength;
        for (let y = top; y < top + BLOCK; y++) {
          for (let x = left; x < left + BLOCK; x++) {
            const at = 3 * (y * width + x) + c;
            image[at] = (image[at] ?? 0) + share * (mean - (image[at] ?? 0));
          }
        }
      }
    }
  }
}

let noiseTable: Float32Array | undefined;

function drawNoise(): Float32Array {
  const random = new Random(1);
  return Float32Array.from({ length: NOISE_LENGTH }, () => random.normal());
}

function addNoise(image: Float32Array, sigma: number, random: Random): void {
  noiseTable ??= drawNoise(); // the same in every run, so that a resumed training continues as it was
  let at = random.below(NOISE_LENGTH);
  for (let i = 0; i < image.length; i++) {
    if (++at >= NOISE_LENGTH) at = 0;
    image[i] = (image[i] ?? 0) + (i % 3 === 0 ? sigma : 0.5 * sigma) * (noiseTable[at] ?? 0);
  }
}
