import { Random } from '../core/random.js';
import { applyToneCurve, bestToneCurve } from './tone-curve.js';
import { estimate, drawCounts } from './bootstrap.js';
import type { Comparison, DistanceEstimate } from './evaluation.js';
import { drawPatches, type PatchSet } from './laplacian-patches.js';
import { layoutSet, layoutSetDistance, type LayoutSet } from './layout-distance.js';
import type { ImageSet } from './image-set.js';
import { lightsByNumber, lightsSet, meanOf, type LightsSet } from './lights-distance.js';
import { resampleSliced } from './sliced-resampling.js';
import { patchDistance } from './sliced-wasserstein.js';

/** The sets to compare with one reference. */
export interface ComparedSets {
  readonly day: ImageSet;
  readonly grade: ImageSet;
  /** Can be `grade` itself, which is then measured once. */
  readonly result: ImageSet;
  /** The real nights. */
  readonly night: ImageSet;
  /** Two sets of real nights, and their description. */
  readonly floor: { readonly a: ImageSet; readonly b: ImageSet; readonly of: string };
}

/** A distance between two sets of images. `P` is a set prepared for it. */
interface SetMetric<P> {
  /** @param role gives the two sides of a comparison different random samples. */
  readonly prepare: (images: ImageSet, role: 'compared' | 'night') => P;
  readonly distance: (a: P, b: P) => DistanceEstimate;
  /** Fast approximation without an interval, to choose the best tone curve. */
  readonly quickDistance: (a: P, b: P) => number;
}

/** Resamplings per interval, limited by a run time of one to two seconds. */
const LAYOUT_RESAMPLES = 400;
const SLICED_RESAMPLES = 100;
const LIGHTS_RESAMPLES = 400;
/** Directions of the fast approximation. */
const QUICK_DIRECTIONS = 48;

/** Creates the layout distance, with intervals. */
export function layoutMetric(seed: number): SetMetric<LayoutSet> {
  return {
    prepare: layoutSet,
    quickDistance: (a, b) => layoutSetDistance(a, b),
    distance: (a, b) => {
      const random = new Random(seed);
      const resamplings = Array.from({ length: LAYOUT_RESAMPLES }, () =>
        layoutSetDistance(a, b, drawCounts(a.count, random), drawCounts(b.count, random)),
      );
      return estimate(layoutSetDistance(a, b), resamplings);
    },
  };
}

/** Creates the sliced Wasserstein distance, with intervals. */
export function slicedMetric(seed: number): SetMetric<PatchSet> {
  return {
    prepare: (images, role) => drawPatches(images, { seed: role === 'night' ? seed + 1 : seed }),
    quickDistance: (a, b) => patchDistance(a, b, { seed, directions: QUICK_DIRECTIONS }).at(-1) ?? Number.NaN,
    distance: (a, b) => {
      const values = patchDistance(a, b, { seed });
      const resamplings = resampleSliced(a, b, { seed, resamples: SLICED_RESAMPLES });
      return { ...estimate(values.at(-1) ?? Number.NaN, resamplings), levels: values.slice(0, -1) };
    },
  };
}

/** Creates the lights distance, with intervals. */
export function lightsMetric(seed: number): SetMetric<LightsSet> {
  return {
    prepare: lightsSet,
    quickDistance: (a, b) => meanOf(lightsByNumber(a, b)),
    distance: (a, b) => {
      const random = new Random(seed);
      const resamplings = Array.from({ length: LIGHTS_RESAMPLES }, () =>
        meanOf(lightsByNumber(a, b, drawCounts(a.count, random), drawCounts(b.count, random))),
      );
      const byNumber = lightsByNumber(a, b);
      return { ...estimate(meanOf(byNumber), resamplings), byNumber };
    },
  };
}

/** Measures the distance of every set to the real nights. @param onMeasured awaited after each set; a rejection ends the work. */
export async function compareSets<P>(
  sets: ComparedSets,
  metric: SetMetric<P>,
  onMeasured: () => Promise<void>,
): Promise<Comparison> {
  const { prepare } = metric;
  const night = prepare(sets.night, 'night');
  const distanceOf = async (images: ImageSet): Promise<DistanceEstimate> => {
    const distance = metric.distance(prepare(images, 'compared'), night);
    await onMeasured();
    return distance;
  };
  const day = await distanceOf(sets.day);
  const grade = await distanceOf(sets.grade);
  const { gain, gamma } = bestToneCurve(sets.day, sets.night, (images) =>
    metric.quickDistance(prepare(images, 'compared'), night),
  );
  const curve = { ...(await distanceOf(applyToneCurve(sets.day, { gain, gamma }))), gain, gamma };
  const result = sets.result === sets.grade ? grade : await distanceOf(sets.result);
  const { a, b, of } = sets.floor;
  const floor = { ...metric.distance(prepare(a, 'compared'), b === sets.night ? night : prepare(b, 'night')), of };
  await onMeasured();
  return { day, grade, curve, result, floor };
}

/** Splits a set into two random halves. Throws RangeError for fewer than two images. */
export function splitInHalves(images: ImageSet, seed: number): readonly [ImageSet, ImageSet] {
  if (images.length < 2) throw new RangeError(`images must have at least two elements, got ${images.length}`);
  const random = new Random(seed);
  const shuffled = [...images];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j] as Float32Array, shuffled[i] as Float32Array]; // both are within the list
  }
  const half = Math.floor(shuffled.length / 2);
  return [shuffled.slice(0, half), shuffled.slice(half)];
}
