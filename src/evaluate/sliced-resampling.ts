import { Random } from '../core/random.js';
import { drawCounts } from './bootstrap.js';
import { LEVELS, type PatchSet } from './laplacian-patches.js';
import { normalize, project, randomDirection } from './sliced-wasserstein.js';

/** Options of {@link resampleSliced}. */
export interface ResamplingOptions {
  readonly seed: number;
  /** Number of resamplings. */
  readonly resamples: number;
  /** Number of directions; default 24. An interval needs fewer than the distance itself. */
  readonly directions?: number;
}

/** Patches projected on one direction. */
interface Projection {
  /** Ascending. */
  readonly values: Float32Array;
  /** The image index of each value. */
  readonly images: Uint32Array;
}

/** Computes the sliced Wasserstein distance, mean of three levels, for resamplings of both sets. */
export function resampleSliced(a: PatchSet, b: PatchSet, options: ResamplingOptions): number[] {
  const { seed, resamples, directions = 24 } = options;
  const random = new Random(seed);
  const draws = Array.from({ length: resamples }, () => {
    return { a: weights(drawCounts(a.count, random), a), b: weights(drawCounts(b.count, random), b) };
  });
  const sums = new Array<number>(resamples).fill(0);
  for (let level = 0; level < LEVELS; level++) {
    const [patchesA, patchesB] = [a.levels[level]?.slice(), b.levels[level]?.slice()];
    if (!patchesA || !patchesB) continue;
    normalize([patchesA, patchesB]);
    for (let k = 0; k < directions; k++) {
      const direction = randomDirection(random);
      const [p, q] = [projection(patchesA, direction, a), projection(patchesB, direction, b)];
      for (const [i, draw] of draws.entries()) sums[i] = (sums[i] ?? 0) + weightedDistance(p, draw.a, q, draw.b);
    }
  }
  return sums.map((sum) => sum / (LEVELS * directions));
}

/** The weight of each patch by image; all patches sum to 1. */
function weights(counts: Uint16Array, { count, perImage }: PatchSet): Float64Array {
  return Float64Array.from(counts, (times) => times / (count * perImage));
}

function projection(patches: Float32Array, direction: Float32Array, { perImage }: PatchSet): Projection {
  const unsorted = project(patches, direction);
  const order = Uint32Array.from(unsorted.keys()).sort((i, j) => (unsorted[i] ?? 0) - (unsorted[j] ?? 0));
  return {
    values: Float32Array.from(order, (i) => unsorted[i] ?? 0),
    images: order.map((i) => Math.floor(i / perImage)),
  };
}

/** The 1-D Wasserstein distance of two weighted samples: the area between their cumulative distribution functions. */
function weightedDistance(p: Projection, weightsP: Float64Array, q: Projection, weightsQ: Float64Array): number {
  const [countP, countQ] = [p.values.length, q.values.length];
  let [i, j, ahead, sum] = [0, 0, 0, 0];
  let at = Math.min(p.values[0] ?? 0, q.values[0] ?? 0);
  while (i < countP || j < countQ) {
    const isP = j >= countQ || (i < countP && (p.values[i] ?? 0) <= (q.values[j] ?? 0));
    const value = isP ? (p.values[i] ?? 0) : (q.values[j] ?? 0);
    sum += Math.abs(ahead) * (value - at);
    at = value;
    if (isP) ahead += weightsP[p.images[i++] ?? 0] ?? 0;
    else ahead -= weightsQ[q.images[j++] ?? 0] ?? 0;
  }
  return sum;
}
