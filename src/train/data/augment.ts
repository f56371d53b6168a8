import { Random } from '../../core/random.js';
import type { StoredImage } from './image-store.js';

/** Random changes of an image before a network sees it. */
export interface AugmentOptions {
  /** Which part of an image larger than the crop. */
  readonly crop: 'random' | 'center';
  /** Probability of a horizontal flip. */
  readonly flip: number;
  /** Random exposure: luma becomes `2^s Y^exp(g)`, chroma is scaled in proportion. */
  readonly exposure: {
    readonly probability: number;
    /** `s` is uniform in [-stops, stops]. */
    readonly stops: number;
    /** `g` is uniform in [-gamma, gamma]. */
    readonly gamma: number;
  };
  /** Random white balance: U and V are shifted by up to `strength` at white, in proportion to luma. */
  readonly whiteBalance: { readonly probability: number; readonly strength: number };
  /** Sensor noise: normal, with a standard deviation uniform in [0, luma] (for U and V in [0, chroma]). */
  readonly noise: { readonly probability: number; readonly luma: number; readonly chroma: number };
}

/** The unchanged centre crop: for validation and sample sheets. */
export const NO_AUGMENT: AugmentOptions = {
  crop: 'center',
  flip: 0,
  exposure: { probability: 0, stops: 0, gamma: 0 },
  whiteBalance: { probability: 0, strength: 0 },
  noise: { probability: 0, luma: 0, chroma: 0 },
};

/** CycleGAN's: a random crop, and a horizontal flip with probability 0.5. */
export const CYCLE_GAN_AUGMENT: AugmentOptions = { ...NO_AUGMENT, crop: 'random', flip: 0.5 };

/** The default: CycleGAN's, and small differences between cameras, so that discriminators learn the night and not the camera. */
export const DEFAULT_AUGMENT: AugmentOptions = {
  ...CYCLE_GAN_AUGMENT,
  exposure: { probability: 0.5, stops: 0.3, gamma: 0.12 },
  whiteBalance: { probability: 0.5, strength: 0.015 },
  noise: { probability: 0.5, luma: 0.012, chroma: 0.005 },
};

/** The position of a crop in its image. */
export interface Placement {
  left: number;
  top: number;
  isFlipped: boolean;
}

/** Numbers in the noise table, a power of two; each image row starts at a random one. */
const NOISE_SIZE = 1 << 16;
/** Seed of the noise table, independent of the training's seed. */
const NOISE_SEED = 7;

/** Crops and augments images at random. An image of 256 x 144 takes well under a millisecond and no new memory. */
export class Augmenter {
  readonly width: number;
  readonly height: number;
  readonly #options: AugmentOptions;
  readonly #random: Random;
  /** Luma by luma code, and the factor on chroma by luma code. */
  readonly #luma = new Float32Array(256);
  readonly #chroma = new Float32Array(256);
  readonly #noise: Float32Array;

  /** @param size of the crop. Throws RangeError for a probability outside [0, 1] or a negative strength. */
  constructor(options: AugmentOptions, size: { readonly width: number; readonly height: number }, seed: number) {
    checkOptions(options);
    this.width = size.width;
    this.height = size.height;
    this.#options = options;
    this.#random = new Random(seed);
    const source = new Random(NOISE_SEED);
    const hasNoise = options.noise.probability > 0;
    this.#noise = Float32Array.from({ length: hasNoise ? NOISE_SIZE : 0 }, () => source.normal());
  }

  /** State of the random numbers; see {@link Random.state}. */
  get state(): number {
    return this.#random.state;
  }

  restore(state: number): void {
    this.#random.restore(state);
  }

  /** Draws a crop position and a flip. Throws RangeError for an image smaller than the crop. */
  samplePlacementInto(image: StoredImage, out: Placement): void {
    const spareX = image.width - this.width;
    const spareY = image.height - this.height;
    if (spareX < 0 || spareY < 0) {
      const got = `${image.width}x${image.height}`;
      throw new RangeError(`image must be ${this.width}x${this.height} or larger, got ${got} of ${image.path}`);
    }
    const isRandom = this.#options.crop === 'random';
    out.left = isRandom ? this.#random.below(spareX + 1) : spareX >> 1;
    out.top = isRandom ? this.#random.below(spareY + 1) : spareY >> 1;
    out.isFlipped = this.#random.next() < this.#options.flip;
  }

  /**
   * Writes the crop `[height, width, 3]`, Y in [0, 1], U and V in [-0.5, 0.5], at `offset` of `out`, with newly drawn
   * exposure, white balance and noise.
   */
  augmentInto(image: StoredImage, { left, top, isFlipped }: Placement, out: Float32Array, offset: number): void {
    const random = this.#random;
    const { exposure, whiteBalance, noise } = this.#options;
    this.#fillTables(random.next() < exposure.probability);
    const isTinted = random.next() < whiteBalance.probability;
    const tintU = isTinted ? random.between(-whiteBalance.strength, whiteBalance.strength) : 0;
    const tintV = isTinted ? random.between(-whiteBalance.strength, whiteBalance.strength) : 0;
    const { data } = image;
    const [luma, chroma] = [this.#luma, this.#chroma];
    const step = isFlipped ? -3 : 3;
    for (let row = 0; row < this.height; row++) {
      let i = 3 * ((top + row) * image.width + left + (isFlipped ? this.width - 1 : 0));
      let o = offset + 3 * row * this.width;
      for (const end = o + 3 * this.width; o < end; o += 3, i += step) {
        const code = data[i] ?? 0;
        const y = luma[code] ?? 0;
        const gain = chroma[code] ?? 0;
        out[o] = y;
        out[o + 1] = clamp(((data[i + 1] ?? 0) - 128) * gain + tintU * y, -0.5, 0.5);
        out[o + 2] = clamp(((data[i + 2] ?? 0) - 128) * gain + tintV * y, -0.5, 0.5);
      }
    }
    if (random.next() < noise.probability) {
      const share = random.next();
      this.#addNoise(out, offset, share * noise.luma, share * noise.chroma);
    }
  }

  /** Fills both tables, with a random exposure where `isChanged`. */
  #fillTables(isChanged: boolean): void {
    const { stops, gamma } = this.#options.exposure;
    const gain = isChanged ? 2 ** this.#random.between(-stops, stops) : 1;
    const power = isChanged ? Math.exp(this.#random.between(-gamma, gamma)) : 1;
    for (let code = 0; code < 256; code++) {
      const before = code / 255;
      const after = isChanged ? Math.min(1, gain * before ** power) : before;
      this.#luma[code] = after;
      this.#chroma[code] = (code === 0 ? 1 : after / before) / 255;
    }
  }

  #addNoise(out: Float32Array, offset: number, lumaSigma: number, chromaSigma: number): void {
    const noise = this.#noise;
    for (let row = 0; row < this.height; row++) {
      let n = this.#random.below(NOISE_SIZE);
      let o = offset + 3 * row * this.width;
      for (const end = o + 3 * this.width; o < end; o += 3, n += 3) {
        out[o] = clamp((out[o] ?? 0) + lumaSigma * (noise[n & (NOISE_SIZE - 1)] ?? 0), 0, 1);
        out[o + 1] = clamp((out[o + 1] ?? 0) + chromaSigma * (noise[(n + 1) & (NOISE_SIZE - 1)] ?? 0), -0.5, 0.5);
        out[o + 2] = clamp((out[o + 2] ?? 0) + chromaSigma * (noise[(n + 2) & (NOISE_SIZE - 1)] ?? 0), -0.5, 0.5);
      }
    }
  }
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

function checkOptions({ flip, exposure, whiteBalance, noise }: AugmentOptions): void {
  const probabilities = {
    flip,
    exposure: exposure.probability,
    whiteBalance: whiteBalance.probability,
    noise: noise.probability,
  };
  for (const [name, value] of Object.entries(probabilities)) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`the probability of ${name} must be in [0, 1], got ${value}`);
  }
  const strengths = {
    'exposure.stops': exposure.stops,
    'exposure.gamma': exposure.gamma,
    'whiteBalance.strength': whiteBalance.strength,
    'noise.luma': noise.luma,
    'noise.chroma': noise.chroma,
  };
  for (const [name, value] of Object.entries(strengths)) {
    if (!(value >= 0 && value <= 4)) throw new RangeError(`${name} must be in [0, 4], got ${value}`);
  }
}
