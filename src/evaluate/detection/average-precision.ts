import { OUTCOMES, OVERLAPS, type ImageMatches } from './match-detections.js';

/** Points of recall at which precision is averaged: COCO's 0, 0.01, ... 1. */
const RECALLS = 101;
/** COCO's epsilon, `np.spacing(1)`. */
const EPSILON = 2 ** -52;

/** All detections of one class in a set of images, most certain first. */
export interface ClassMatches {
  /** `[n]`. */
  readonly scores: Float64Array;
  /** `[n]`: index of the image of each. */
  readonly images: Uint32Array;
  /** `[10, n]`: values of {@link OUTCOMES}. */
  readonly outcomes: Uint8Array;
  /** True boxes that count, by image. */
  readonly positives: Uint32Array;
}

/** Joins the matches of one class over a set of images. @param scores of each image's detections, most certain first. */
export function joinMatches(
  images: readonly { readonly scores: readonly number[]; readonly matches: ImageMatches }[],
): ClassMatches {
  const rows = images.flatMap(({ scores, matches }, image) =>
    scores.map((score, at) => ({ score, image, at, count: scores.length, matches })),
  );
  rows.sort((a, b) => b.score - a.score); // stable, as COCO's merge sort
  const outcomes = new Uint8Array(OVERLAPS.length * rows.length);
  for (const [i, { at, count, matches }] of rows.entries()) {
    for (let level = 0; level < OVERLAPS.length; level++) {
      outcomes[level * rows.length + i] = matches.outcomes[level * count + at] ?? 0;
    }
  }
  return {
    scores: Float64Array.from(rows, ({ score }) => score),
    images: Uint32Array.from(rows, ({ image }) => image),
    outcomes,
    positives: Uint32Array.from(images, ({ matches }) => matches.positives),
  };
}

/** How often each image counts; 1 each by default. A bootstrap draws images repeatedly. */
export type ImageWeights = ArrayLike<number>;

/** True boxes that count in the weighted images. */
export function positivesOf({ positives }: ClassMatches, weights?: ImageWeights): number {
  return positives.reduce((sum, count, image) => sum + count * (weights ? (weights[image] ?? 0) : 1), 0);
}

/**
 * Average precision of one class at one overlap: the mean of the highest precision at or beyond each of 101 recalls (COCO). NaN
 * where no true box counts. @param level index into {@link OVERLAPS}.
 */
export function averagePrecision(matches: ClassMatches, level: number, weights?: ImageWeights): number {
  const { scores, images, outcomes } = matches;
  const count = scores.length;
  const positives = positivesOf(matches, weights);
  if (positives === 0) return Number.NaN;
  const [recall, precision] = [new Float64Array(count), new Float64Array(count)];
  let [right, wrong] = [0, 0];
  for (let i = 0; i < count; i++) {
    const weight = weights ? (weights[images[i] ?? 0] ?? 0) : 1;
    const outcome = outcomes[level * count + i];
    if (outcome === OUTCOMES.right) right += weight;
    else if (outcome === OUTCOMES.wrong) wrong += weight;
    recall[i] = right / positives;
    precision[i] = right / (right + wrong + EPSILON);
  }
  for (let i = count - 2; i >= 0; i--) precision[i] = Math.max(precision[i] ?? 0, precision[i + 1] ?? 0);
  let [sum, at] = [0, 0];
  for (let point = 0; point < RECALLS; point++) {
    while (at < count && (recall[at] ?? 0) < point * 0.01) at++;
    if (at >= count) break;
    sum += precision[at] ?? 0;
  }
  return sum / RECALLS;
}

/** True boxes of the weighted images that detections of at least `minScore` find, at an overlap of 0.5. */
export function foundOf({ scores, images, outcomes }: ClassMatches, minScore: number, weights?: ImageWeights): number {
  return countAt(OUTCOMES.right, { scores, images, outcomes }, minScore, weights);
}

/** Detections of at least `minScore` on nothing, at an overlap of 0.5. */
export function wrongOf({ scores, images, outcomes }: ClassMatches, minScore: number): number {
  return countAt(OUTCOMES.wrong, { scores, images, outcomes }, minScore);
}

function countAt(
  outcome: number,
  { scores, images, outcomes }: Pick<ClassMatches, 'scores' | 'images' | 'outcomes'>,
  minScore: number,
  weights?: ImageWeights,
): number {
  let sum = 0;
  for (let i = 0; i < scores.length && (scores[i] ?? 0) >= minScore; i++) {
    if (outcomes[i] === outcome) sum += weights ? (weights[images[i] ?? 0] ?? 0) : 1;
  }
  return sum;
}
