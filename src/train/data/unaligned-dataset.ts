import { hashText } from './hash-text.js';
import { Augmenter, DEFAULT_AUGMENT, type AugmentOptions } from './augment.js';
import {
  checkFingerprints,
  checkStore,
  cropOf,
  partOf,
  type Batch,
  type Dataset,
  type DatasetOptions,
  type DatasetState,
  type SourceWeights,
} from './dataset.js';
import { DomainDraw, orderOf } from './domain-draw.js';
import type { ImageStore } from './image-store.js';

/** What an unaligned dataset is made from. */
export interface UnalignedOptions extends DatasetOptions {
  /** Day. Lent for as long as the dataset is used. */
  readonly a: ImageStore;
  /** Night. */
  readonly b: ImageStore;
  /** For B; default as A. */
  readonly augmentB?: AugmentOptions;
  readonly weightsA?: SourceWeights;
  readonly weightsB?: SourceWeights;
}

/** Pictures of two domains that know nothing of each other, each domain shuffled on its own; an epoch is the larger one. */
export class UnalignedDataset implements Dataset {
  readonly size: number;
  readonly width: number;
  readonly height: number;
  readonly #a: DomainDraw;
  readonly #b: DomainDraw;
  #drawn = 0;

  constructor(options: UnalignedOptions) {
    const { a, b, seed, augment = DEFAULT_AUGMENT, augmentB = augment, isSerial = false } = options;
    const crop = cropOf(options);
    checkStore('a', a, crop);
    checkStore('b', b, crop);
    this.size = Math.max(a.size, b.size);
    this.width = crop.width;
    this.height = crop.height;
    this.#a = new DomainDraw(a, {
      augmenter: new Augmenter(augment, crop, hashText('augment a', seed)),
      order: orderOf(a, { seed: hashText('order a', seed), isSerial, weights: options.weightsA }),
    });
    this.#b = new DomainDraw(b, {
      augmenter: new Augmenter(augmentB, crop, hashText('augment b', seed)),
      order: orderOf(b, { seed: hashText('order b', seed), isSerial, weights: options.weightsB }),
    });
  }

  get epoch(): number {
    return Math.floor(this.#drawn / this.size);
  }

  next(count: number): Batch {
    const a = this.#a.next(count);
    const b = this.#b.next(count);
    this.#drawn += count;
    return { a: a.data, b: b.data, pathsA: a.paths, pathsB: b.paths };
  }

  state(): DatasetState {
    const domains = [this.#a, this.#b];
    return {
      drawn: this.#drawn,
      orders: domains.map(({ order }) => order.state()),
      augmenters: domains.map(({ augmenter }) => augmenter.state),
      fingerprints: this.#fingerprints(),
    };
  }

  restore(state: DatasetState): void {
    checkFingerprints(state, this.#fingerprints());
    for (const [i, { order, augmenter }] of [this.#a, this.#b].entries()) {
      order.restore(partOf(state.orders, i));
      augmenter.restore(partOf(state.augmenters, i));
    }
    this.#drawn = state.drawn;
  }

  #fingerprints(): readonly number[] {
    return [this.#a.store.fingerprint, this.#b.store.fingerprint];
  }
}
