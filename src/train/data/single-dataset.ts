import { Augmenter, DEFAULT_AUGMENT } from './augment.js';
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
import { hashText } from './hash-text.js';
import type { ImageStore } from './image-store.js';

/** What a single dataset is made from. */
export interface SingleOptions extends DatasetOptions {
  /** Lent for as long as the dataset is used. */
  readonly store: ImageStore;
  readonly weights?: SourceWeights;
}

/** Pictures of one domain, as `a`; `b` is empty. For distillation, validation and tests. */
export class SingleDataset implements Dataset {
  readonly size: number;
  readonly width: number;
  readonly height: number;
  readonly #domain: DomainDraw;
  #drawn = 0;

  constructor(options: SingleOptions) {
    const { store, seed, augment = DEFAULT_AUGMENT, isSerial = false, weights } = options;
    const crop = cropOf(options);
    checkStore('store', store, crop);
    this.size = store.size;
    this.width = crop.width;
    this.height = crop.height;
    this.#domain = new DomainDraw(store, {
      augmenter: new Augmenter(augment, crop, hashText('augment a', seed)),
      order: orderOf(store, { seed: hashText('order a', seed), isSerial, weights }),
    });
  }

  get epoch(): number {
    return Math.floor(this.#drawn / this.size);
  }

  next(count: number): Batch {
    const { data, paths } = this.#domain.next(count);
    this.#drawn += count;
    return { a: data, b: new Float32Array(0), pathsA: paths, pathsB: [] };
  }

  state(): DatasetState {
    const { order, augmenter, store } = this.#domain;
    return {
      drawn: this.#drawn,
      orders: [order.state()],
      augmenters: [augmenter.state],
      fingerprints: [store.fingerprint],
    };
  }

  restore(state: DatasetState): void {
    const { order, augmenter, store } = this.#domain;
    checkFingerprints(state, [store.fingerprint]);
    order.restore(partOf(state.orders, 0));
    augmenter.restore(partOf(state.augmenters, 0));
    this.#drawn = state.drawn;
  }
}
