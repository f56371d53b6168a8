import type { Augmenter, Placement } from './augment.js';
import { weightsOf, type SourceWeights } from './dataset.js';
import { EpochOrder } from './epoch-order.js';
import type { ImageStore } from './image-store.js';

/** Pictures drawn from one domain. */
export interface DomainBatch {
  /** `[N, H, W, 3]`; the caller's. */
  readonly data: Float32Array;
  readonly paths: readonly string[];
}

/** One domain of a dataset: its pictures, their order and their changes. */
export class DomainDraw {
  readonly store: ImageStore;
  readonly order: EpochOrder;
  readonly augmenter: Augmenter;
  readonly #placement: Placement = { left: 0, top: 0, isFlipped: false };

  constructor(store: ImageStore, { order, augmenter }: { order: EpochOrder; augmenter: Augmenter }) {
    this.store = store;
    this.order = order;
    this.augmenter = augmenter;
  }

  next(count: number): DomainBatch {
    const size = 3 * this.augmenter.width * this.augmenter.height;
    const data = new Float32Array(count * size);
    const paths: string[] = [];
    for (let i = 0; i < count; i++) {
      const picture = this.store.at(this.order.next());
      this.augmenter.placeInto(picture, this.#placement);
      this.augmenter.writeInto(picture, this.#placement, data, i * size);
      paths.push(picture.path);
    }
    return { data, paths };
  }
}

/** The order in which a store is drawn. */
export function orderOf(
  store: ImageStore,
  { seed, isSerial, weights }: { seed: number; isSerial: boolean; weights?: SourceWeights | undefined },
): EpochOrder {
  const weighted = weights ? { weights: weightsOf(store, weights) } : {};
  return new EpochOrder({ count: store.size, seed, isShuffled: !isSerial, ...weighted });
}
