import { Random } from '../../core/random.js';
import { drawCounts, quantileOf, type Estimate } from '../bootstrap.js';
import { averagePrecision, foundOf, positivesOf, type ClassMatches, type ImageWeights } from './average-precision.js';
import { OVERLAPS } from './match-detections.js';

/** Resamplings of each interval. */
const RESAMPLES = 400;

/** How well objects are found, 0 to 1; NaN where there is none to find. */
export interface Scores {
  /** COCO's AP: mean over the overlaps 0.5 to 0.95. */
  readonly ap: number;
  /** AP at an overlap of 0.5. */
  readonly ap50: number;
  /** Share of the true boxes that are found at an overlap of 0.5 by detections of at least the score of interest. */
  readonly found: number;
}

/** One of {@link Scores}. */
export type ScoreName = keyof Scores;

/** Scores of one class. */
export interface ClassScores extends Scores {
  /** True boxes that count. */
  readonly boxes: number;
}

/** Scores of a set, and of as many resamplings of its images. */
export interface SampledScores {
  /** In the order of the classes. */
  readonly value: readonly ClassScores[];
  readonly resampled: readonly (readonly ClassScores[])[];
}

/** Draws of images, one a resampling: sets with the same images take the same draws, and their ratio has the interval of pairs. */
export function drawImages(count: number, seed: number): readonly ImageWeights[] {
  const random = new Random(seed);
  return Array.from({ length: RESAMPLES }, () => drawCounts(count, random));
}

/** Scores of a set of images. @param minScore of detections that count as found. @param draws of {@link drawImages}. */
export function sampleScores(
  classes: readonly ClassMatches[],
  minScore: number,
  draws: readonly ImageWeights[],
): SampledScores {
  return {
    value: scoresOf(classes, minScore),
    resampled: draws.map((weights) => scoresOf(classes, minScore, weights)),
  };
}

function scoresOf(classes: readonly ClassMatches[], minScore: number, weights?: ImageWeights): ClassScores[] {
  return classes.map((matches) => {
    const boxes = positivesOf(matches, weights);
    const found = foundOf(matches, minScore, weights) / boxes;
    return { boxes, ap: meanPrecision(matches, weights), ap50: averagePrecision(matches, 0, weights), found };
  });
}

/** Scores of classes together: AP is their mean, as in COCO; `found` the share of all their boxes. */
export function jointScores(classes: readonly ClassScores[]): Scores {
  const present = classes.filter(({ boxes }) => boxes > 0);
  const boxes = present.reduce((sum, one) => sum + one.boxes, 0);
  return {
    ap: meanOf(present.map(({ ap }) => ap)),
    ap50: meanOf(present.map(({ ap50 }) => ap50)),
    found: present.reduce((sum, one) => sum + one.found * one.boxes, 0) / boxes,
  };
}

/** COCO's AP of one class: the mean over all overlaps. NaN where no true box counts. */
export function meanPrecision(matches: ClassMatches, weights?: ImageWeights): number {
  return OVERLAPS.reduce((sum, _, level) => sum + averagePrecision(matches, level, weights), 0) / OVERLAPS.length;
}

/** Mean of the values that are not NaN; NaN where there is none. */
export function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** A score with its interval over resampled images. @param pick the score. */
export function estimateScore(
  { value, resampled }: SampledScores,
  pick: (classes: readonly ClassScores[]) => number,
): Estimate {
  return estimateKnown(
    pick(value),
    resampled.map((classes) => pick(classes)),
  );
}

/** One set's score over another's with its interval. Both have the same number of resamplings. */
export function estimateRatio(
  of: SampledScores,
  over: SampledScores,
  pick: (classes: readonly ClassScores[]) => number,
): Estimate {
  const ratios = of.resampled.map((scores, i) => {
    const other = over.resampled[i];
    return other ? pick(scores) / pick(other) : Number.NaN;
  });
  return estimateKnown(pick(of.value) / pick(over.value), ratios);
}

/**
 * The interval of 95 % of the resamplings that have a value: some draw no object of a rare class. Unlike distances, scores of resampled
 * images are as large as those of the set, so that nothing is shifted.
 */
function estimateKnown(value: number, resamplings: readonly number[]): Estimate {
  if (!Number.isFinite(value)) return { mean: Number.NaN, ci: [Number.NaN, Number.NaN] };
  const ascending = Float64Array.from(resamplings.filter(Number.isFinite)).sort();
  return { mean: value, ci: [quantileOf(ascending, 0.025), quantileOf(ascending, 0.975)] };
}
