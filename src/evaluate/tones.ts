import { Morphology } from '../image/morphology.js';
import { PlaneKernel } from '../image/plane-kernel.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { quantileOf } from './bootstrap.js';
import { PIXELS, type ImageSet } from './image-set.js';

/** Maximum luma of a near-black sample. */
const NEAR_BLACK = 0.12;
/** Minimum luma of a lamp above the opening; a lamp is smaller than 17x17 samples. */
const LAMP_RISE = 0.2;
const LAMP_RADIUS = 8;
/** Quantiles of a {@link ToneRange}. */
const RANGE_QUANTILES = [0.1, 0.9] as const;

/** Luma statistics of an image. */
export interface Tones {
  readonly mean: number;
  /** Standard deviation within the image. */
  readonly spread: number;
  /** 99th percentile. */
  readonly p99: number;
  /** Share of samples with Y < 0.12 in the upper third. */
  readonly nearBlack: number;
  /** Mean of (lamp - surround) / (lamp + surround) over the samples of lamps, 0 to 1; NaN without a lamp. */
  readonly lampContrast: number;
}

/** Names of the statistics in {@link Tones}. */
const TONE_NAMES = ['mean', 'spread', 'p99', 'nearBlack', 'lampContrast'] as const;

/** A statistic over a set of images: mean, 10th and 90th percentile. Leaves out images where it is not defined. */
export interface ToneRange {
  readonly mean: number;
  readonly p10: number;
  readonly p90: number;
}

/** Measures luma. A white top-hat finds lamps: small and brighter than their surroundings. */
export class ToneMeter {
  readonly #morphology: Morphology;
  readonly #opened: Float32Array;

  private constructor(kernel: PlaneKernel) {
    this.#morphology = new Morphology(kernel, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT);
    this.#opened = kernel.plane(PIXELS);
  }

  /** Loads the kernel. Throws KERNEL_UNAVAILABLE. */
  static async open(): Promise<ToneMeter> {
    return new ToneMeter(await PlaneKernel.open());
  }

  /** Measures one image. */
  measure(image: Float32Array): Tones {
    const luma = image.subarray(0, PIXELS);
    let [sum, squares, dark] = [0, 0, 0];
    for (const [i, y] of luma.entries()) {
      sum += y;
      squares += y * y;
      if (i < PIXELS / 3 && y < NEAR_BLACK) dark++;
    }
    const mean = sum / PIXELS;
    return {
      mean,
      spread: Math.sqrt(Math.max(0, squares / PIXELS - mean * mean)),
      p99: quantileOf(luma.slice().sort(), 0.99),
      nearBlack: dark / (PIXELS / 3),
      lampContrast: this.#lampContrast(luma),
    };
  }

  /** Measures a set. Throws RangeError if it is empty. */
  range(images: ImageSet): Record<keyof Tones, ToneRange> {
    if (images.length === 0) throw new RangeError('images must not be empty, got []');
    const tones = images.map((image) => this.measure(image));
    const rows = TONE_NAMES.map((name) => [name, rangeOf(tones.map((tone) => tone[name]))] as const);
    return Object.fromEntries(rows) as Record<keyof Tones, ToneRange>; // one entry per name
  }

  /** The opening, an image without small bright objects, gives the surroundings of a lamp. */
  #lampContrast(luma: Float32Array): number {
    this.#morphology.openInto(luma, LAMP_RADIUS, this.#opened);
    let [sum, count] = [0, 0];
    for (const [i, y] of luma.entries()) {
      const surround = this.#opened[i] ?? 0;
      if (y - surround < LAMP_RISE) continue;
      sum += (y - surround) / (y + surround);
      count++;
    }
    return count > 0 ? sum / count : Number.NaN;
  }
}

function rangeOf(values: readonly number[]): ToneRange {
  const ascending = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const mean = ascending.reduce((sum, value) => sum + value, 0) / ascending.length;
  return { mean, p10: quantileOf(ascending, RANGE_QUANTILES[0]), p90: quantileOf(ascending, RANGE_QUANTILES[1]) };
}
