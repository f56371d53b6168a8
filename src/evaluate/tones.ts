import { Morphology } from '../image/morphology.js';
import { PlaneKernel } from '../image/plane-kernel.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { quantileOf } from './bootstrap.js';
import { PIXELS, type ImageSet } from './image-set.js';

/** Luma below which a sample is near black. */
export const NEAR_BLACK = 0.12;
/** Luma above the opening from which on a sample belongs to a lamp; a lamp is smaller than 17x17 samples. */
export const LAMP_RISE = 0.2;
const LAMP_RADIUS = 8;
/** Percentiles of the real pictures between which a figure is usual. */
export const USUAL = [0.1, 0.9] as const;

/** What a picture's luma is like. */
export interface Tones {
  readonly mean: number;
  /** Standard deviation within the picture. */
  readonly spread: number;
  /** 99th percentile. */
  readonly p99: number;
  /** Share of samples with Y < 0.12 in the upper third. */
  readonly nearBlack: number;
  /** Mean of (lamp - surround) / (lamp + surround) over the samples of lamps, 0 to 1; NaN without a lamp. */
  readonly lampContrast: number;
}

/** Names of the figures of {@link Tones}. */
export const TONE_NAMES = ['mean', 'spread', 'p99', 'nearBlack', 'lampContrast'] as const;

/** A figure over a set of pictures: its mean and the 10th and 90th percentile. Pictures where it is not defined are left out. */
export interface ToneRange {
  readonly mean: number;
  readonly p10: number;
  readonly p90: number;
}

/** Measures luma. Lamps are what a white top-hat finds: small and brighter than what is around, whatever that is. */
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

  /** One picture's figures. */
  measure(picture: Float32Array): Tones {
    const luma = picture.subarray(0, PIXELS);
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

  /** The figures over a set. Throws RangeError for an empty one. */
  range(pictures: ImageSet): Record<keyof Tones, ToneRange> {
    if (pictures.length === 0) throw new RangeError('pictures must not be empty, got []');
    const tones = pictures.map((picture) => this.measure(picture));
    const rows = TONE_NAMES.map((name) => [name, rangeOf(tones.map((tone) => tone[name]))] as const);
    return Object.fromEntries(rows) as Record<keyof Tones, ToneRange>; // one row for each name
  }

  /** The opening is what is around a lamp: the picture without small bright things. */
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
  return { mean, p10: quantileOf(ascending, USUAL[0]), p90: quantileOf(ascending, USUAL[1]) };
}
