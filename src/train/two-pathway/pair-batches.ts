import { Random } from '../../core/random.js';
import type { PairBatch } from '../models/two-pathway.js';
import { writeRegions, writeSigned, type StreetPair } from './street-pair.js';

/** Options of {@link PairBatches}. */
interface PairBatchesOptions {
  readonly real: readonly StreetPair[];
  readonly painted: readonly StreetPair[];
  /** Nights of no day; they may be none. */
  readonly unpaired: readonly Uint8Array[];
  readonly batch: number;
  /** Share of a batch that is painted, where there are both. */
  readonly paintedShare: number;
  /** Probability of a mirrored pair. */
  readonly flip: number;
  readonly size: { readonly width: number; readonly height: number };
  readonly seed: number;
}

/** Draws batches of pairs at random. */
export class PairBatches {
  readonly #options: PairBatchesOptions;
  readonly #random: Random;
  readonly #batch: Required<PairBatch>;

  /** Throws RangeError without a pair. */
  constructor(options: PairBatchesOptions) {
    const { batch, size, seed, real, painted } = options;
    if (real.length + painted.length === 0) throw new RangeError('pairs must hold at least one, got none');
    this.#options = options;
    this.#random = new Random(seed);
    const pixels = batch * size.width * size.height;
    const image = (): Float32Array => new Float32Array(3 * pixels);
    this.#batch = { days: image(), nights: image(), regions: new Float32Array(4 * pixels), unpaired: image() };
  }

  /** For a checkpoint. */
  get state(): number {
    return this.#random.state;
  }

  restore(state: number): void {
    this.#random.restore(state);
  }

  /** The next batch; lent until the next call. */
  next(): PairBatch {
    const { batch, size, flip, unpaired } = this.#options;
    const { days, nights, regions, unpaired: others } = this.#batch;
    const pixels = size.width * size.height;
    for (let i = 0; i < batch; i++) {
      const pair = this.#draw();
      const isFlipped = this.#random.next() < flip;
      const slot = (out: Float32Array, channels: number) => ({ out, start: channels * i * pixels, isFlipped });
      writeSigned(pair.day, size.width, slot(days, 3));
      writeSigned(pair.night, size.width, slot(nights, 3));
      writeRegions(pair.regions, size.width, slot(regions, 4));
      if (unpaired.length > 0) writeSigned(this.#random.pick(unpaired), size.width, slot(others, 3));
    }
    return unpaired.length > 0 ? this.#batch : { days, nights, regions };
  }

  #draw(): StreetPair {
    const { real, painted, paintedShare } = this.#options;
    const isPainted = real.length === 0 || (painted.length > 0 && this.#random.next() < paintedShare);
    return this.#random.pick(isPainted ? painted : real);
  }
}
