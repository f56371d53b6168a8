import { Random } from '../core/random.js';
import { applyCurve, bestCurve } from './best-curve.js';
import { estimate, resample } from './bootstrap.js';
import type { Comparison, DistanceEstimate } from './evaluation.js';
import { drawPatches, type PatchSet } from './laplacian-patches.js';
import { layoutSet, layoutSetDistance, type LayoutSet } from './layout-distance.js';
import type { ImageSet } from './image-set.js';
import { resampleSliced } from './sliced-resampling.js';
import { patchDistance } from './sliced-wasserstein.js';

/** What is compared with one reference. */
export interface ComparedSets {
  readonly day: ImageSet;
  readonly grade: ImageSet;
  /** May be `grade` itself, which is then measured once. */
  readonly result: ImageSet;
  /** The real nights. */
  readonly night: ImageSet;
  /** Two sets of real nights, and what they are, for people. */
  readonly floor: { readonly a: ImageSet; readonly b: ImageSet; readonly of: string };
}

/** A way to tell how far two sets are apart. `P` is a set prepared for it. */
interface Measure<P> {
  /** @param role tells sets apart that are drawn from at random. */
  readonly prepare: (pictures: ImageSet, role: 'compared' | 'night') => P;
  readonly distance: (a: P, b: P) => DistanceEstimate;
  /** Quick and without an interval: to choose the best curve by. */
  readonly glance: (a: P, b: P) => number;
}

/** Resamplings of an interval, by measure: as many as take a second or two. */
const LAYOUT_RESAMPLES = 400;
const SLICED_RESAMPLES = 100;
/** Directions to choose a curve by. */
const FEW_DIRECTIONS = 48;

/** Layout distance, with intervals. */
export function layoutMeasure(seed: number): Measure<LayoutSet> {
  return {
    prepare: layoutSet,
    glance: (a, b) => layoutSetDistance(a, b),
    distance: (a, b) => {
      const random = new Random(seed);
      const resamplings = Array.from({ length: LAYOUT_RESAMPLES }, () =>
        layoutSetDistance(a, b, resample(a.count, random), resample(b.count, random)),
      );
      return estimate(layoutSetDistance(a, b), resamplings);
    },
  };
}

/** Sliced Wasserstein distance, with intervals. */
export function slicedMeasure(seed: number): Measure<PatchSet> {
  return {
    prepare: (pictures, role) => drawPatches(pictures, { seed: role === 'night' ? seed + 1 : seed }),
    glance: (a, b) => patchDistance(a, b, { seed, directions: FEW_DIRECTIONS }).at(-1) ?? Number.NaN,
    distance: (a, b) => {
      const values = patchDistance(a, b, { seed });
      const resamplings = resampleSliced(a, b, { seed, resamples: SLICED_RESAMPLES });
      return { ...estimate(values.at(-1) ?? Number.NaN, resamplings), levels: values.slice(0, -1) };
    },
  };
}

/** Every row's distance to the real nights. @param onRow awaited after each of the rows; what it rejects with ends the work. */
export async function compareSets<P>(
  sets: ComparedSets,
  measure: Measure<P>,
  onRow: () => Promise<void>,
): Promise<Comparison> {
  const { prepare } = measure;
  const night = prepare(sets.night, 'night');
  const distanceOf = async (pictures: ImageSet): Promise<DistanceEstimate> => {
    const distance = measure.distance(prepare(pictures, 'compared'), night);
    await onRow();
    return distance;
  };
  const day = await distanceOf(sets.day);
  const grade = await distanceOf(sets.grade);
  const { gain, gamma } = bestCurve(sets.day, sets.night, (pictures) =>
    measure.glance(prepare(pictures, 'compared'), night),
  );
  const curve = { ...(await distanceOf(applyCurve(sets.day, { gain, gamma }))), gain, gamma };
  const result = sets.result === sets.grade ? grade : await distanceOf(sets.result);
  const { a, b, of } = sets.floor;
  const floor = { ...measure.distance(prepare(a, 'compared'), b === sets.night ? night : prepare(b, 'night')), of };
  await onRow();
  return { day, grade, curve, result, floor };
}

/** A set in two halves, at random. Throws RangeError for less than two pictures. */
export function halves(pictures: ImageSet, seed: number): readonly [ImageSet, ImageSet] {
  if (pictures.length < 2) throw new RangeError(`pictures must be two at least, got ${pictures.length}`);
  const random = new Random(seed);
  const shuffled = [...pictures];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j] as Float32Array, shuffled[i] as Float32Array]; // both are within the list
  }
  const half = Math.floor(shuffled.length / 2);
  return [shuffled.slice(0, half), shuffled.slice(half)];
}
