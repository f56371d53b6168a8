import { yuvToImage } from '../image/rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import type { FeatureNetwork } from '../infer/ort-features.js';
import { applyCurve, type Curve } from './best-curve.js';
import type { ComparedSets } from './compare-sets.js';
import type { FeatureDistances, RowName } from './evaluation.js';
import { frechetDistance, kernelDistance, type Features } from './feature-distances.js';
import type { ImageSet } from './image-set.js';

/** Most sets whose features are remembered: a day, its nights, and a few references. */
const MOST_REMEMBERED = 8;

/** Fréchet and kernel distances of sets; a set is described once. */
export class FeatureComparison {
  readonly #network: FeatureNetwork;
  readonly #signal: AbortSignal;
  readonly #known = new Map<ImageSet, Features>();

  /** Borrows the network. */
  constructor(network: FeatureNetwork, signal: AbortSignal) {
    this.#network = network;
    this.#signal = signal;
  }

  /** Every row's distances to the real nights. Throws NocturneError MODEL_FAILED, RangeError for a set of one picture. */
  async compare(sets: ComparedSets, curve: Curve): Promise<FeatureDistances> {
    const night = await this.#featuresOf(sets.night);
    const rows: Record<RowName, readonly [Features, Features]> = {
      day: [await this.#featuresOf(sets.day), night],
      grade: [await this.#featuresOf(sets.grade), night],
      curve: [await this.#describe(applyCurve(sets.day, curve)), night],
      result: [await this.#featuresOf(sets.result), night],
      floor: [await this.#featuresOf(sets.floor.a), await this.#featuresOf(sets.floor.b)],
    };
    return { fid: mapRows(rows, frechetDistance), kid: mapRows(rows, kernelDistance) };
  }

  async #featuresOf(pictures: ImageSet): Promise<Features> {
    const known = this.#known.get(pictures);
    if (known) return known;
    const features = await this.#describe(pictures);
    const oldest = this.#known.size >= MOST_REMEMBERED ? this.#known.keys().next().value : undefined;
    if (oldest) this.#known.delete(oldest);
    this.#known.set(pictures, features);
    return features;
  }

  async #describe(pictures: ImageSet): Promise<Features> {
    const features: Float32Array[] = [];
    for (const picture of pictures) {
      this.#signal.throwIfAborted();
      features.push(await this.#network.describe(yuvToImage(picture, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT)));
    }
    return features;
  }
}

function mapRows(
  rows: Readonly<Record<RowName, readonly [Features, Features]>>,
  distance: (a: Features, b: Features) => number,
): Record<RowName, number> {
  const entries = Object.entries(rows).map(([name, [a, b]]) => [name, distance(a, b)] as const);
  return Object.fromEntries(entries) as Record<RowName, number>; // the same names
}
