import { Random } from '../core/random.js';
import { drawPatches, LEVELS, PATCH_PIXELS, PATCH_SIZE, type PatchSet } from './laplacian-patches.js';
import type { ImageSet } from './image-set.js';

/** Options of {@link slicedWasserstein}. */
export interface SlicedWassersteinOptions {
  /** Random seed of patches and directions: the same seed gives the same distance. */
  readonly seed: number;
  /** Number of directions to project on; default 256. */
  readonly directions?: number;
  /** Patches per image and level; default 64. */
  readonly perImage?: number;
}

/**
 * Computes the sliced Wasserstein distance of two sets in texture and contrast, on patches of Laplacian pyramids (Karras et
 * al. 2018, section 5). Returns three levels, finest first (256x144, 128x72, 64x36), then their mean. In standard deviations
 * of the patches of both sets; small but not 0 for two samples of one distribution.
 * Throws RangeError for an empty set or an image of another size.
 */
export function slicedWasserstein(a: ImageSet, b: ImageSet, options: SlicedWassersteinOptions): readonly number[] {
  const { seed, perImage } = options;
  const patches = perImage === undefined ? {} : { perImage };
  return patchDistance(drawPatches(a, { seed, ...patches }), drawPatches(b, { seed: seed + 1, ...patches }), options);
}

/** {@link slicedWasserstein} of drawn patches. Of the larger set, a random subset of the smaller set's size counts. */
export function patchDistance(a: PatchSet, b: PatchSet, options: SlicedWassersteinOptions): readonly number[] {
  const { seed, directions = 256 } = options;
  const random = new Random(seed + 2);
  const values: number[] = [];
  for (let level = 0; level < LEVELS; level++) {
    const [patchesA, patchesB] = [a.levels[level] ?? new Float32Array(), b.levels[level] ?? new Float32Array()];
    const count = Math.min(patchesA.length, patchesB.length) / PATCH_SIZE;
    const [partA, partB] = [randomSubset(patchesA, count, random), randomSubset(patchesB, count, random)];
    normalize([partA, partB]);
    let sum = 0;
    for (let k = 0; k < directions; k++) {
      const direction = randomDirection(random);
      const [p, q] = [project(partA, direction).sort(), project(partB, direction).sort()];
      for (let i = 0; i < count; i++) sum += Math.abs((p[i] ?? 0) - (q[i] ?? 0));
    }
    values.push(sum / (directions * count));
  }
  return [...values, values.reduce((x, y) => x + y, 0) / LEVELS];
}

/** Draws `count` patches without replacement. Copies. */
function randomSubset(patches: Float32Array, count: number, random: Random): Float32Array {
  const total = patches.length / PATCH_SIZE;
  const out = new Float32Array(count * PATCH_SIZE);
  const indices = Uint32Array.from({ length: total }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + random.below(total - i);
    const chosen = indices[j] ?? 0;
    indices[j] = indices[i] ?? 0;
    out.set(patches.subarray(chosen * PATCH_SIZE, (chosen + 1) * PATCH_SIZE), i * PATCH_SIZE);
  }
  return out;
}

/** Normalises each colour channel to mean 0 and standard deviation 1 over all sets together, in place. */
export function normalize(sets: readonly Float32Array[]): void {
  for (let channel = 0; channel < 3; channel++) {
    let [count, sum, squares] = [0, 0, 0];
    const visit = (change: (value: number) => number): void => {
      for (const set of sets) {
        for (let start = channel * PATCH_PIXELS; start < set.length; start += PATCH_SIZE) {
          for (let i = start; i < start + PATCH_PIXELS; i++) set[i] = change(set[i] ?? 0);
        }
      }
    };
    visit((value) => {
      count++;
      sum += value;
      squares += value * value;
      return value;
    });
    const mean = sum / count;
    const deviation = Math.sqrt((squares - count * mean * mean) / (count - 1));
    visit((value) => (deviation > 0 ? (value - mean) / deviation : 0));
  }
}

/** Draws a unit vector, uniformly distributed over the sphere. */
export function randomDirection(random: Random): Float32Array {
  const direction = Float32Array.from({ length: PATCH_SIZE }, () => random.normal());
  const length = Math.hypot(...direction);
  return direction.map((value) => value / length);
}

/** Projects each patch on a direction. Three independent sums avoid one long dependency chain. */
export function project(patches: Float32Array, direction: Float32Array): Float32Array {
  const size = direction.length;
  const third = size / 3;
  const out = new Float32Array(patches.length / size);
  for (let i = 0; i < out.length; i++) {
    const start = i * size;
    let [red, green, blue] = [0, 0, 0];
    for (let k = 0; k < third; k++) {
      const [g, b] = [k + third, k + 2 * third];
      red += (patches[start + k] ?? 0) * (direction[k] ?? 0);
      green += (patches[start + g] ?? 0) * (direction[g] ?? 0);
      blue += (patches[start + b] ?? 0) * (direction[b] ?? 0);
    }
    out[i] = red + green + blue;
  }
  return out;
}
