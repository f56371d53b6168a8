import type { Estimate } from '../bootstrap.js';
import { positivesOf, wrongOf, type ClassMatches } from './average-precision.js';
import {
  drawImages,
  estimateRatio,
  estimateScore,
  jointScores,
  meanOf,
  meanPrecision,
  sampleScores,
  type ClassScores,
  type SampledScores,
  type ScoreName,
} from './class-scores.js';
import type { Detection, TrueBox } from './detection.js';
import type { FoundResult, LabelFreeResult, LabelledResult, Retention, ScoreEstimates } from './detector-evaluation.js';
import { matchSet, type BoxesByClass } from './set-matches.js';

/** Detections of a set of images, and its true boxes where it is labelled. */
export interface SetBoxes {
  readonly detections: readonly BoxesByClass<Detection>[];
  readonly truths: readonly BoxesByClass<TrueBox>[] | undefined;
}

/** What results are computed with. */
export interface ResultOptions {
  /** Names of the classes. */
  readonly names: readonly string[];
  /** Score from which a detection counts as found. */
  readonly score: number;
  readonly seed: number;
}

/** The labelled objects of a set, compared with its detections. */
export interface MeasuredSet {
  readonly result: LabelledResult;
  readonly sampled: SampledScores;
}

/** Measures a labelled set. Undefined for one without labels. Sets of the same number of images are resampled alike. */
export function measureLabelled({ detections, truths }: SetBoxes, options: ResultOptions): MeasuredSet | undefined {
  if (!truths) return undefined;
  const { names, score, seed } = options;
  const matches = matchSet(detections, truths, names.length);
  const sampled = sampleScores(matches, score, drawImages(detections.length, seed));
  const sizes = (['small', 'medium', 'large'] as const).map((area) => {
    const within = matchSet(detections, truths, names.length, area);
    return [area, { boxes: boxesOf(within), ap: meanOf(within.map((one) => meanPrecision(one))) }] as const;
  });
  const result: LabelledResult = {
    boxes: boxesOf(matches),
    ...estimates((name) => estimateScore(sampled, (classes) => jointScores(classes)[name])),
    wrong: matches.reduce((sum, one) => sum + (positivesOf(one) > 0 ? wrongOf(one, score) : 0), 0) / detections.length,
    classes: byClass(names, (index) => ({
      boxes: boxesOf(matches.slice(index, index + 1)),
      ...estimates((name) => estimateScore(sampled, ofClass(index, name))),
    })),
    areas: Object.fromEntries(sizes) as LabelledResult['areas'], // one for each size
  };
  return { result, sampled };
}

/** How much of the day's scores another set has. All together are the classes that both sets have. */
export function retentionOf(night: MeasuredSet, day: MeasuredSet, names: readonly string[]): Retention {
  const isShared = (index: number): boolean =>
    [night, day].every(({ sampled }) => (sampled.value[index]?.boxes ?? 0) > 0);
  const ratio = (pick: (classes: readonly ClassScores[]) => number): Estimate =>
    estimateRatio(night.sampled, day.sampled, pick);
  return {
    ...estimates((name) => ratio((classes) => jointScores(classes.filter((_, index) => isShared(index)))[name])),
    classes: byClass(names, (index) => estimates((name) => ratio(ofClass(index, name)))),
  };
}

/** Compares the detections of nights with those of their days as truth. */
export function measureLabelFree(
  day: readonly BoxesByClass<Detection>[],
  night: readonly BoxesByClass<Detection>[],
  options: ResultOptions,
): LabelFreeResult {
  const { names, score, seed } = options;
  const truths = day.map((image) => sureBoxes(image, score));
  const matches = matchSet(night, truths, names.length);
  const sampled = sampleScores(matches, score, drawImages(day.length, seed));
  return {
    boxes: boxesOf(matches),
    ...estimates((name) => estimateScore(sampled, (classes) => jointScores(classes)[name])),
    classes: Object.fromEntries(
      names.flatMap((className, index) => {
        const boxes = boxesOf(matches.slice(index, index + 1));
        if (boxes === 0) return [];
        return [[className, { boxes, ...estimates((name) => estimateScore(sampled, ofClass(index, name))) }]];
      }),
    ),
  };
}

/** The detections of an image that are sure enough, as true boxes. */
export function sureBoxes(image: BoxesByClass<Detection>, score: number): BoxesByClass<TrueBox> {
  return image.map((boxes) => boxes.filter((box) => box.score >= score).map((box) => ({ ...box, isIgnored: false })));
}

/** Counts the detections of each class. */
export function countFound(
  detections: readonly BoxesByClass<Detection>[],
  { names, score }: ResultOptions,
): Omit<FoundResult, 'labelled'> {
  const perImage = names.flatMap((name, index) => {
    const counts = detections.map((image) => (image[index] ?? []).filter((box) => box.score >= score).length);
    const total = counts.reduce((sum, count) => sum + count, 0);
    return total === 0 ? [] : [[name, total / detections.length] as const];
  });
  return { images: detections.length, perImage: Object.fromEntries(perImage) };
}

function boxesOf(matches: readonly ClassMatches[]): number {
  return matches.reduce((sum, one) => sum + positivesOf(one), 0);
}

function ofClass(index: number, name: ScoreName): (classes: readonly ClassScores[]) => number {
  return (classes) => classes[index]?.[name] ?? Number.NaN;
}

function estimates(estimateOf: (name: ScoreName) => Estimate): ScoreEstimates {
  return { ap: estimateOf('ap'), ap50: estimateOf('ap50'), found: estimateOf('found') };
}

function byClass<T>(names: readonly string[], resultOf: (index: number) => T): Record<string, T> {
  return Object.fromEntries(names.map((name, index) => [name, resultOf(index)]));
}
