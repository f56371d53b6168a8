import { NocturneError } from '../../core/errors.js';
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
import { stemOf } from './image-folder.js';
import { ImageStore, type StoredImage } from './image-store.js';

/**
 * Paired images: the same scenes by day and by night under the same file names, whatever their extensions. Crop and flip are the
 * same for both; exposure, white balance and noise are drawn for each.
 */
export class AlignedDataset implements Dataset {
  readonly size: number;
  readonly width: number;
  readonly height: number;
  /** Names of the images without a partner; they are not used. */
  readonly unpaired: readonly string[];
  readonly #a: ImageStore;
  readonly #b: ImageStore;
  readonly #sampler: EpochSampler;
  readonly #augmenterA: Augmenter;
  readonly #augmenterB: Augmenter;
  readonly #placement: Placement = { left: 0, top: 0, isFlipped: false };
  #drawn = 0;

  /** Throws NocturneError CONFIG_INVALID when no name is in both domains, RangeError for a pair of different sizes. */
  constructor(options: DatasetOptions) {
    const { seed, augment = DEFAULT_AUGMENT } = options;
    const crop = cropSize(options);
    const pairs = pairByName(options.a, options.b);
    this.unpaired = pairs.unpaired;
    this.#a = ImageStore.of(pairs.a);
    this.#b = ImageStore.of(pairs.b);
    checkStore('a', this.#a, crop);
    checkStore('b', this.#b, crop);
    this.size = this.#a.size;
    this.width = crop.width;
    this.height = crop.height;
    this.#sampler = new EpochSampler({ count: this.size, seed: hashText('order a', seed) });
    this.#augmenterA = new Augmenter(augment, crop, hashText('augment a', seed));
    this.#augmenterB = new Augmenter(augment, crop, hashText('augment b', seed));
  }

  get epoch(): number {
    return Math.floor(this.#drawn / this.size);
  }

  next(count: number): Batch {
    const size = 3 * this.width * this.height;
    const batch = { a: new Float32Array(count * size), b: new Float32Array(count * size) };
    const [pathsA, pathsB]: [string[], string[]] = [[], []];
    for (let i = 0; i < count; i++) {
      const index = this.#sampler.next();
      const [day, night] = [this.#a.at(index), this.#b.at(index)];
      this.#augmenterA.samplePlacementInto(day, this.#placement);
      this.#augmenterA.augmentInto(day, this.#placement, batch.a, i * size);
      this.#augmenterB.augmentInto(night, this.#placement, batch.b, i * size);
      pathsA.push(day.path);
      pathsB.push(night.path);
    }
    this.#drawn += count;
    return { ...batch, pathsA, pathsB };
  }

  state(): DatasetState {
    return {
      drawn: this.#drawn,
      orders: [this.#sampler.state()],
      augmenters: [this.#augmenterA.state, this.#augmenterB.state],
      fingerprints: this.#fingerprints(),
    };
  }

  restore(state: DatasetState): void {
    checkFingerprints(state, this.#fingerprints());
    this.#sampler.restore(requirePart(state.orders, 0));
    this.#augmenterA.restore(requirePart(state.augmenters, 0));
    this.#augmenterB.restore(requirePart(state.augmenters, 1));
    this.#drawn = state.drawn;
  }

  #fingerprints(): readonly number[] {
    return [this.#a.fingerprint, this.#b.fingerprint];
  }
}

export interface Pairs {
  readonly a: readonly StoredImage[];
  readonly b: readonly StoredImage[];
  readonly unpaired: readonly string[];
}

export function pairByName(storeA: ImageStore, storeB: ImageStore): Pairs {
  const nights = new Map(storeB.images.map((image) => [stemOf(image.name), image]));
  const [a, b, unpaired]: [StoredImage[], StoredImage[], string[]] = [[], [], []];
  for (const day of storeA.images) {
    const night = nights.get(stemOf(day.name));
    if (!night) {
      unpaired.push(day.name);
      continue;
    }
    nights.delete(stemOf(day.name));
    if (day.width !== night.width || day.height !== night.height) {
      const got = `${day.width}x${day.height} and ${night.width}x${night.height}`;
      throw new RangeError(`both images of a pair must have the same size, got ${got} (${day.name})`);
    }
    a.push(day);
    b.push(night);
  }
  if (a.length === 0) {
    throw new NocturneError({
      code: 'CONFIG_INVALID',
      stage: 'config',
      message: 'no image has the same name in both training folders.',
      remedy: 'Give both images of a pair the same name, or use --set dataset=unaligned.',
    });
  }
  return { a, b, unpaired: [...unpaired, ...[...nights.values()].map(({ name }) => name)] };
}
