import { Random } from '../../core/random.js';

/** The position of an {@link EpochSampler}; plain data for a checkpoint. */
export interface EpochSamplerState {
  /** Epochs finished. */
  readonly epoch: number;
  /** Indices drawn of the current epoch. */
  readonly position: number;
  /** The random state from which the current epoch was shuffled. */
  readonly random: number;
}

/** Options of {@link EpochSampler}. */
interface EpochSamplerOptions {
  /** Number of images. */
  readonly count: number;
  readonly seed: number;
}

/** Draws image indices without replacement: each epoch is a new random permutation of all of them. */
export class EpochSampler {
  readonly #random: Random;
  readonly #order: Int32Array;
  #epoch = 0;
  #position = 0;
  #epochRandom: number;

  constructor({ count, seed }: EpochSamplerOptions) {
    if (!Number.isInteger(count) || count < 1) throw new RangeError(`count must be 1 or more, got ${count}`);
    this.#random = new Random(seed);
    this.#order = new Int32Array(count);
    this.#epochRandom = this.#random.state;
    this.#startEpoch();
  }

  /** Epochs finished. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The index of the next image. */
  next(): number {
    if (this.#position === this.#order.length) {
      this.#epoch++;
      this.#position = 0;
      this.#startEpoch();
    }
    return this.#order[this.#position++] ?? 0;
  }

  state(): EpochSamplerState {
    return { epoch: this.#epoch, position: this.#position, random: this.#epochRandom };
  }

  /** Continues as the sampler that had this state. Throws RangeError for a position outside the epoch. */
  restore({ epoch, position, random }: EpochSamplerState): void {
    if (!Number.isInteger(position) || position < 0 || position > this.#order.length) {
      throw new RangeError(`position must be an integer from 0 to ${this.#order.length}, got ${position}`);
    }
    this.#random.restore(random);
    this.#startEpoch();
    this.#epoch = epoch;
    this.#position = position;
  }

  /** Shuffles (Fisher-Yates). */
  #startEpoch(): void {
    this.#epochRandom = this.#random.state;
    const order = this.#order;
    for (let i = 0; i < order.length; i++) order[i] = i;
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.#random.below(i + 1);
      const kept = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = kept;
    }
  }
}
