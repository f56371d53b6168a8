import { yuvToImage } from '../image/rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import type { FeatureNetwork } from '../infer/ort-features.js';
import { applyToneCurve, type ToneCurve } from './tone-curve.js';
import type { ComparedSets } from './compare-sets.js';
import type { FeatureDistances, ComparedName } from './evaluation.js';
import { frechetDistance, kernelDistance, type Features } from './feature-distances.js';
import type { ImageSet } from './image-set.js';

/** Maximum number of sets whose features are cached: day, grade, result and a few references. */
const MAX_CACHED_SETS = 8;

/** Computes Fréchet and kernel distances of sets; caches the features of each set. */
export class FeatureComparison {
  readonly #network: FeatureNetwork;
  readonly #signal: AbortSignal;
  readonly #cache = new Map<ImageSet, Features>();

  /** Borrows the network. */
  constructor(network: FeatureNetwork, signal: AbortSignal) {
    this.#network = network;
    this.#signal = signal;
  }

  /** Measures the distances of every set to the real nights. Throws NocturneError MODEL_FAILED; RangeError for a set of one image. */
  async compare(sets: ComparedSets, curve: ToneCurve): Promise<FeatureDistances> {
    const night = await this.#featuresOf(sets.night);
    const pairs: Record<ComparedName, readonly [Features, Features]> = {
      day: [await this.#featuresOf(sets.day), night],
      grade: [await this.#featuresOf(sets.grade), night],
      curve: [await this.#computeFeatures(applyToneCurve(sets.day, curve)), night],
      result: [await this.#featuresOf(sets.result), night],
      floor: [await this.#featuresOf(sets.floor.a), await this.#featuresOf(sets.floor.b)],
    };
    return { fid: mapPairs(pairs, frechetDistance), kid: mapPairs(pairs, kernelDistance) };
  }

  async #featuresOf(images: ImageSet): Promise<Features> {
    const cached = this.#cache.get(images);
    if (cached) return cached;
    const features = await this.#computeFeatures(images);
    const oldest = this.#cache.size >= MAX_CACHED_SETS ? this.#cache.keys().next().value : undefined;
    if (oldest) this.#cache.delete(oldest);
    this.#cache.set(images, features);
    return features;
  }

  async #computeFeatures(images: ImageSet): Promise<Features> {
    const features: Float32Array[] = [];
    for (const image of images) {
      this.#signal.throwIfAborted();
      features.push(await this.#network.describe(yuvToImage(image, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT)));
    }
    return features;
  }
}

function mapPairs(
  pairs: Readonly<Record<ComparedName, readonly [Features, Features]>>,
  distance: (a: Features, b: Features) => number,
): Record<ComparedName, number> {
  const entries = Object.entries(pairs).map(([name, [a, b]]) => [name, distance(a, b)] as const);
  return Object.fromEntries(entries) as Record<ComparedName, number>; // the same names
}
