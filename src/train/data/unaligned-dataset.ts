import { Augmenter, DEFAULT_AUGMENT, type Placement } from './augment.js';
import {
  checkFingerprints,
  checkStore,
  cropSize,
  requirePart,
  type Batch,
  type Dataset,
  type DatasetOptions,
  type DatasetState,
} from './dataset.js';
import { EpochSampler } from './epoch-sampler.js';
import { hashText } from './hash-text.js';
import type { ImageStore } from './image-store.js';

/** Unpaired images of two domains, each shuffled on its own; an epoch has the length of the larger domain. */
export class UnalignedDataset implements Dataset {
  readonly size: number;
  readonly width: number;
  readonly height: number;
  readonly #a: DomainSampler;
  readonly #b: DomainSampler;
  #drawn = 0;

  /** Throws RangeError for an empty domain or an image smaller than the crop. */
  constructor(options: DatasetOptions) {
    const { a, b, seed, augment = DEFAULT_AUGMENT } = options;
    const crop = cropSize(options);
    checkStore('a', a, crop);
    checkStore('b', b, crop);
    this.size = Math.max(a.size, b.size);
    this.width = crop.width;
    this.height = crop.height;
    this.#a = new DomainSampler(a, {
      sampler: new EpochSampler({ count: a.size, seed: hashText('order a', seed) }),
      augmenter: new Augmenter(augment, crop, hashText('augment a', seed)),
    });
    this.#b = new DomainSampler(b, {
      sampler: new EpochSampler({ count: b.size, seed: hashText('order b', seed) }),
      augmenter: new Augmenter(augment, crop, hashText('augment b', seed)),
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
      orders: domains.map(({ sampler }) => sampler.state()),
      augmenters: domains.map(({ augmenter }) => augmenter.state),
      fingerprints: this.#fingerprints(),
    };
  }

  restore(state: DatasetState): void {
    checkFingerprints(state, this.#fingerprints());
    for (const [i, { sampler, augmenter }] of [this.#a, this.#b].entries()) {
      sampler.restore(requirePart(state.orders, i));
      augmenter.restore(requirePart(state.augmenters, i));
    }
    this.#drawn = state.drawn;
  }

  #fingerprints(): readonly number[] {
    return [this.#a.store.fingerprint, this.#b.store.fingerprint];
  }
}

/** Random augmented images of one domain. */
class DomainSampler {
  readonly store: ImageStore;
  readonly sampler: EpochSampler;
  readonly augmenter: Augmenter;
  readonly #placement: Placement = { left: 0, top: 0, isFlipped: false };

  /** Borrows the store. */
  constructor(store: ImageStore, { sampler, augmenter }: { sampler: EpochSampler; augmenter: Augmenter }) {
    this.store = store;
    this.sampler = sampler;
    this.augmenter = augmenter;
  }

  /** `count` images `[N, H, W, 3]`; the memory is the caller's. */
  next(count: number): { readonly data: Float32Array; readonly paths: readonly string[] } {
    const size = 3 * this.augmenter.width * this.augmenter.height;
    const data = new Float32Array(count * size);
    const paths: string[] = [];
    for (let i = 0; i < count; i++) {
      const image = this.store.at(this.sampler.next());
      this.augmenter.samplePlacementInto(image, this.#placement);
      this.augmenter.augmentInto(image, this.#placement, data, i * size);
      paths.push(image.path);
    }
    return { data, paths };
  }
}
