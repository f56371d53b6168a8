import type { ImageSet } from './image-set.js';
import { drawPatches, type PatchSet } from './laplacian-patches.js';
import { layoutSet, layoutSetDistance, type LayoutSet } from './layout-distance.js';
import { lightsByNumber, lightsSet, meanOf, type LightsSet } from './lights-distance.js';
import { patchDistance } from './sliced-wasserstein.js';

/** How far a set of images is from real nights. */
export interface NightDistances {
  readonly layout: number;
  readonly swd: number;
  readonly lights: number;
}

/** Directions of the sliced Wasserstein distance: an eighth of those of an evaluation, which are fewer than its images need. */
const DIRECTIONS = 32;

/** Measures the distances of many sets from the same real nights, which it prepares once. */
export class NightDistanceMeter {
  readonly #seed: number;
  readonly #layout: LayoutSet;
  readonly #patches: PatchSet;
  readonly #lights: LightsSet;

  /** Borrows the nights. Throws RangeError for an empty set or an image of another size. @param seed of patches and directions. */
  constructor(nights: ImageSet, seed: number) {
    this.#seed = seed;
    this.#layout = layoutSet(nights);
    this.#patches = drawPatches(nights, { seed: seed + 1 });
    this.#lights = lightsSet(nights);
  }

  /** Measures a set. Borrows it. Throws as the constructor does. */
  measure(images: ImageSet): NightDistances {
    const seed = this.#seed;
    const patches = drawPatches(images, { seed });
    return {
      layout: layoutSetDistance(layoutSet(images), this.#layout),
      swd: patchDistance(patches, this.#patches, { seed, directions: DIRECTIONS }).at(-1) ?? Number.NaN,
      lights: meanOf(lightsByNumber(lightsSet(images), this.#lights)),
    };
  }
}
