import { Random } from '../../core/random.js';

/** Where an {@link EpochOrder} is; plain data. */
export interface OrderState {
  /** Epochs finished. */
  readonly epoch: number;
  /** Pictures drawn of the current epoch. */
  readonly position: number;
  /** The random state from which the current epoch was shuffled. */
  readonly random: number;
}

/** What an order is made from. */
export interface EpochOrderOptions {
  readonly count: number;
  readonly seed: number;
  /** False: always 0, 1, 2, ... Default true. */
  readonly isShuffled?: boolean;
  /** One a picture, at least 0, not all 0: how often it comes against the others. Default all the same. */
  readonly weights?: readonly number[];
}

/**
 * The order in which pictures are drawn: every epoch has `count` draws, shuffled anew. Without weights each picture
 * comes once an epoch; with weights as often as its share asks, rounded up or down by chance (systematic resampling).
 */
export class EpochOrder {
  readonly #random: Random;
  readonly #order: Int32Array;
  readonly #isShuffled: boolean;
  readonly #weights: readonly number[] | undefined;
  #epoch = 0;
  #position = 0;
  #epochRandom: number;

  constructor({ count, seed, isShuffled = true, weights }: EpochOrderOptions) {
    if (!Number.isInteger(count) || count < 1) throw new RangeError(`count must be 1 or more, got ${count}`);
    if (weights) checkWeights(weights, count);
    this.#random = new Random(seed);
    this.#order = new Int32Array(count);
    this.#isShuffled = isShuffled;
    this.#weights = weights;
    this.#epochRandom = this.#random.state;
    this.#startEpoch();
  }

  /** Epochs finished. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The next picture's index. */
  next(): number {
    if (this.#position === this.#order.length) {
      this.#epoch++;
      this.#position = 0;
      this.#startEpoch();
    }
    return this.#order[this.#position++] ?? 0;
  }

  state(): OrderState {
    return { epoch: this.#epoch, position: this.#position, random: this.#epochRandom };
  }

  /** Goes on as the order went on that had this state. */
  restore({ epoch, position, random }: OrderState): void {
    if (!Number.isInteger(position) || position < 0 || position > this.#order.length) {
      throw new RangeError(`position must be an integer from 0 to ${this.#order.length}, got ${position}`);
    }
    this.#random.restore(random);
    this.#startEpoch();
    this.#epoch = epoch;
    this.#position = position;
  }

  #startEpoch(): void {
    this.#epochRandom = this.#random.state;
    const order = this.#order;
    if (this.#weights) resampleInto(order, this.#weights, this.#random.next());
    else for (let i = 0; i < order.length; i++) order[i] = i;
    if (!this.#isShuffled) return;
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.#random.below(i + 1);
      const kept = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = kept;
    }
  }
}

/** As many draws as `order` has places, each index its share of them, rounded up or down by the one offset in [0, 1). */
function resampleInto(order: Int32Array, weights: readonly number[], offset: number): void {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let index = 0;
  let passed = weights[0] ?? 0;
  for (let i = 0; i < order.length; i++) {
    const at = ((i + offset) / order.length) * total;
    while (passed <= at && index < weights.length - 1) passed += weights[++index] ?? 0;
    order[i] = index;
  }
}

function checkWeights(weights: readonly number[], count: number): void {
  if (weights.length !== count) throw new RangeError(`weights must be ${count} numbers, got ${weights.length}`);
  const wrong = weights.find((weight) => !(weight >= 0) || !Number.isFinite(weight));
  if (wrong !== undefined) throw new RangeError(`weights must be finite and at least 0, got ${wrong}`);
  if (!weights.some((weight) => weight > 0)) throw new RangeError('weights must not all be 0');
}
