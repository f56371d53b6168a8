import { DiscTopHat } from '../image/disc-top-hat.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { hueOf } from './color-blobs.js';
import { PIXELS } from './image-set.js';

/** Minimum top-hat of a spot: how far it stands out from its surroundings, in luma. */
export const SPOT_CONTRAST = 0.2;
/** A spot is the maximum of a window of 5x5 samples: this many on each side. */
const SPOT_RADIUS = 2;
/** `sqrt(U^2 + V^2)` below which a spot is white. */
export const WHITE_CHROMA = 0.06;
/** Minimum luma of a bright sample, strictly exceeded. */
export const BRIGHT_LUMA = 0.8;
/** Quantiles of luma, by the nearest sample, whose difference is the range from the street's lit part to its lamps. */
const LOW_QUANTILE = 0.9;
const HIGH_QUANTILE = 0.999;
/** Bins of luma in [0, 1] that find the brightest samples. */
const LUMA_BINS = 256;

/** Names of the numbers in {@link ImageLights}. */
export const LIGHTS_NUMBERS = ['spots', 'contrast', 'bright', 'range', 'red', 'amber', 'white', 'height'] as const;

/** One of {@link LIGHTS_NUMBERS}. */
export type LightsNumber = (typeof LIGHTS_NUMBERS)[number];

/**
 * What shows an image's lights. A spot is a small bright detail: a local maximum, above {@link SPOT_CONTRAST}, of the white
 * top-hat of luma by a disc of 9x9 samples; of equal samples in one window the first counts. Without a spot `contrast`, `red`,
 * `amber` and `white` are 0.
 */
export interface ImageLights extends Readonly<Record<LightsNumber, number>> {
  /** `log(1 + number of spots)`. */
  readonly spots: number;
  /** Mean top-hat of the spots, in luma. */
  readonly contrast: number;
  /** Share of samples with a luma above {@link BRIGHT_LUMA}. */
  readonly bright: number;
  /** 99.9th minus 90th percentile of luma. */
  readonly range: number;
  /** Share of red spots; see {@link hueOf}. */
  readonly red: number;
  readonly amber: number;
  /** Share of spots with a chroma below {@link WHITE_CHROMA}. */
  readonly white: number;
  /** Mean row of the spots, 0 top to 1 bottom; NaN without a spot. */
  readonly height: number;
}

/** Measures the lights of images. */
export class LightsMeter {
  readonly #topHat = new DiscTopHat(THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT);
  readonly #contrast = new Float32Array(PIXELS);

  /** Measures one image `[3, 144, 256]`. */
  measure(image: Float32Array): ImageLights {
    const luma = image.subarray(0, PIXELS);
    this.#topHat.whiteInto(luma, this.#contrast);
    const tail = brightestOf(luma);
    const quantile = (q: number): number => tail[Math.round(q * (PIXELS - 1)) - (PIXELS - tail.length)] ?? 0;
    return {
      ...this.#measureSpots(image),
      bright: countAbove(luma, BRIGHT_LUMA) / PIXELS,
      range: quantile(HIGH_QUANTILE) - quantile(LOW_QUANTILE),
    };
  }

  #measureSpots(image: Float32Array): Omit<ImageLights, 'bright' | 'range'> {
    let [count, contrast, rows] = [0, 0, 0];
    const colors = { red: 0, amber: 0, green: 0, white: 0, other: 0 };
    for (let i = 0; i < PIXELS; i++) {
      if (!this.#isSpot(i)) continue;
      count++;
      contrast += this.#contrast[i] ?? 0;
      rows += Math.floor(i / THUMBNAIL_WIDTH) / THUMBNAIL_HEIGHT;
      colors[colorOf(image[PIXELS + i] ?? 0, image[2 * PIXELS + i] ?? 0)]++;
    }
    const mean = (sum: number): number => sum / Math.max(1, count);
    return {
      spots: Math.log1p(count),
      contrast: mean(contrast),
      red: mean(colors.red),
      amber: mean(colors.amber),
      white: mean(colors.white),
      height: count > 0 ? rows / count : Number.NaN,
    };
  }

  /** True where the top-hat is above that of the samples before it in its window, and not below that of those after it. */
  #isSpot(i: number): boolean {
    const own = this.#contrast[i] ?? 0;
    if (own <= SPOT_CONTRAST) return false;
    const x = i % THUMBNAIL_WIDTH;
    const y = Math.floor(i / THUMBNAIL_WIDTH);
    const [left, right] = [Math.max(0, x - SPOT_RADIUS), Math.min(THUMBNAIL_WIDTH - 1, x + SPOT_RADIUS)];
    const [top, bottom] = [Math.max(0, y - SPOT_RADIUS), Math.min(THUMBNAIL_HEIGHT - 1, y + SPOT_RADIUS)];
    for (let row = top; row <= bottom; row++) {
      for (let at = row * THUMBNAIL_WIDTH + left; at <= row * THUMBNAIL_WIDTH + right; at++) {
        const other = this.#contrast[at] ?? 0;
        if (other > own || (other === own && at < i)) return false;
      }
    }
    return true;
  }
}

function colorOf(u: number, v: number): 'red' | 'amber' | 'green' | 'white' | 'other' {
  if (Math.hypot(u, v) < WHITE_CHROMA) return 'white';
  return hueOf(u, v) ?? 'other';
}

/** Returns the brightest samples, ascending: all from {@link LOW_QUANTILE} up. Sorting only those saves most of the time. */
function brightestOf(luma: Float32Array): Float32Array {
  const counts = new Uint32Array(LUMA_BINS + 1);
  const binOf = (y: number): number => Math.min(LUMA_BINS, Math.max(0, Math.floor(y * LUMA_BINS)));
  for (let i = 0; i < PIXELS; i++) {
    const bin = binOf(luma[i] ?? 0);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  let [lowest, count] = [LUMA_BINS + 1, 0];
  while (count < PIXELS - LOW_QUANTILE * (PIXELS - 1)) count += counts[--lowest] ?? 0;
  return luma.filter((y) => binOf(y) >= lowest).sort();
}

function countAbove(luma: Float32Array, threshold: number): number {
  let count = 0;
  for (let i = 0; i < PIXELS; i++) if ((luma[i] ?? 0) > threshold) count++;
  return count;
}
