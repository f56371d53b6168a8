import { NocturneError } from '../../core/errors.js';
import { Augmenter, DEFAULT_AUGMENT, type AugmentOptions, type Placement } from './augment.js';
import {
  checkFingerprints,
  checkStore,
  cropOf,
  partOf,
  type Batch,
  type Dataset,
  type DatasetOptions,
  type DatasetState,
} from './dataset.js';
import { EpochOrder } from './epoch-order.js';
import { hashText } from './hash-text.js';
import { stemOf } from './image-folder.js';
import { ImageStore, type StoredImage } from './image-store.js';

/** What an aligned dataset is made from. */
export interface AlignedOptions extends DatasetOptions {
  /** Day. Lent for as long as the dataset is used. */
  readonly a: ImageStore;
  /** Night: the same scenes under the same names, whatever their endings. */
  readonly b: ImageStore;
  /** Exposure, white balance and noise for B; default as A. Crop and flip are A's. */
  readonly augmentB?: AugmentOptions;
}

/** Pairs of one scene by day and by night, cropped and flipped alike. */
export class AlignedDataset implements Dataset {
  readonly size: number;
  readonly width: number;
  readonly height: number;
  /** Names of pictures without a partner, which are not used. */
  readonly unpaired: readonly string[];
  readonly #a: ImageStore;
  readonly #b: ImageStore;
  readonly #order: EpochOrder;
  readonly #augmenterA: Augmenter;
  readonly #augmenterB: Augmenter;
  readonly #placement: Placement = { left: 0, top: 0, isFlipped: false };
  #drawn = 0;

  /** Throws NocturneError CONFIG_INVALID when no name is in both domains, RangeError for a pair of two sizes. */
  constructor(options: AlignedOptions) {
    const { seed, augment = DEFAULT_AUGMENT, augmentB = augment, isSerial = false } = options;
    const crop = cropOf(options);
    const pairs = pair(options.a, options.b);
    this.unpaired = pairs.unpaired;
    this.#a = ImageStore.of(pairs.a);
    this.#b = ImageStore.of(pairs.b);
    checkStore('a', this.#a, crop);
    checkStore('b', this.#b, crop);
    this.size = this.#a.size;
    this.width = crop.width;
    this.height = crop.height;
    this.#order = new EpochOrder({ count: this.size, seed: hashText('order a', seed), isShuffled: !isSerial });
    this.#augmenterA = new Augmenter(augment, crop, hashText('augment a', seed));
    this.#augmenterB = new Augmenter(augmentB, crop, hashText('augment b', seed));
  }

  get epoch(): number {
    return Math.floor(this.#drawn / this.size);
  }

  next(count: number): Batch {
    const size = 3 * this.width * this.height;
    const batch = { a: new Float32Array(count * size), b: new Float32Array(count * size) };
    const [pathsA, pathsB]: [string[], string[]] = [[], []];
    for (let i = 0; i < count; i++) {
      const index = this.#order.next();
      const [day, night] = [this.#a.at(index), this.#b.at(index)];
      this.#augmenterA.placeInto(day, this.#placement);
      this.#augmenterA.writeInto(day, this.#placement, batch.a, i * size);
      this.#augmenterB.writeInto(night, this.#placement, batch.b, i * size);
      pathsA.push(day.path);
      pathsB.push(night.path);
    }
    this.#drawn += count;
    return { ...batch, pathsA, pathsB };
  }

  state(): DatasetState {
    return {
      drawn: this.#drawn,
      orders: [this.#order.state()],
      augmenters: [this.#augmenterA.state, this.#augmenterB.state],
      fingerprints: this.#fingerprints(),
    };
  }

  restore(state: DatasetState): void {
    checkFingerprints(state, this.#fingerprints());
    this.#order.restore(partOf(state.orders, 0));
    this.#augmenterA.restore(partOf(state.augmenters, 0));
    this.#augmenterB.restore(partOf(state.augmenters, 1));
    this.#drawn = state.drawn;
  }

  #fingerprints(): readonly number[] {
    return [this.#a.fingerprint, this.#b.fingerprint];
  }
}

interface Pairs {
  readonly a: readonly StoredImage[];
  readonly b: readonly StoredImage[];
  readonly unpaired: readonly string[];
}

function pair(storeA: ImageStore, storeB: ImageStore): Pairs {
  const nights = new Map(storeB.pictures.map((picture) => [stemOf(picture.name), picture]));
  const [a, b, unpaired]: [StoredImage[], StoredImage[], string[]] = [[], [], []];
  for (const day of storeA.pictures) {
    const night = nights.get(stemOf(day.name));
    if (!night) {
      unpaired.push(day.name);
      continue;
    }
    nights.delete(stemOf(day.name));
    if (day.width !== night.width || day.height !== night.height) {
      const got = `${day.width}x${day.height} and ${night.width}x${night.height}`;
      throw new RangeError(`a pair must have one size, got ${got} (${day.name})`);
    }
    a.push(day);
    b.push(night);
  }
  if (a.length === 0) {
    throw new NocturneError({
      code: 'CONFIG_INVALID',
      stage: 'config',
      message: 'no picture of the one training folder has the name of one of the other.',
      remedy: 'Name both pictures of a pair alike, or train without pairs.',
    });
  }
  return { a, b, unpaired: [...unpaired, ...[...nights.values()].map(({ name }) => name)] };
}
