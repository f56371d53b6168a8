import type { Estimate } from '../bootstrap.js';
import type { Evaluation } from '../evaluation.js';
import type { Preprocessing, Size } from './detector-input.js';
import type { ScoreName } from './class-scores.js';
import type { AreaName } from './match-detections.js';

/** {@link Scores} with their intervals. */
export type ScoreEstimates = Readonly<Record<ScoreName, Estimate>>;

/** How well a detector finds the labelled objects of a set. */
export interface LabelledResult extends ScoreEstimates {
  /** Labelled objects that count. */
  readonly boxes: number;
  /** Detections of at least the score of interest on nothing, for each image, of the classes that have labels in this set. */
  readonly wrong: number;
  /** By class, in the order of {@link DetectorEvaluation.classes}. */
  readonly classes: Readonly<Record<string, ScoreEstimates & { readonly boxes: number }>>;
  /** COCO's AP by size of the objects, mean over classes, NaN without any. */
  readonly areas: Readonly<Record<Exclude<AreaName, 'all'>, { readonly boxes: number; readonly ap: number }>>;
}

/** How much of the day's score another set keeps: 1 all of it. */
export interface Retention extends ScoreEstimates {
  readonly classes: Readonly<Record<string, ScoreEstimates>>;
}

/** How much of what is found by day is found at night, with the day's detections as truth: needs no labels. */
export interface LabelFreeResult extends Omit<Retention, 'classes'> {
  /** Detections by day of at least the score of interest. */
  readonly boxes: number;
  readonly classes: Readonly<Record<string, ScoreEstimates & { readonly boxes: number }>>;
}

/** What a detector finds in a set, labelled or not. */
export interface FoundResult {
  readonly images: number;
  /** Detections of at least the score of interest for each image, by class; classes without any are left out. */
  readonly perImage: Readonly<Record<string, number>>;
  /** Null without labels. */
  readonly labelled: LabelledResult | null;
}

/** A night set beside the day. */
export interface NightResult extends FoundResult {
  /** Null where day or night is not labelled. */
  readonly retention: Retention | null;
}

/** One day and its night. Objects are the labelled ones, or without labels those found by day. */
export interface PairResult {
  readonly id: string;
  readonly objects: number;
  readonly foundByDay: number;
  readonly foundAtNight: number;
  /** Mean luma of the night, 0 to 1. */
  readonly luma: number;
}

/** Mean luma of the boxes of objects, 0 to 1, NaN without any. */
export interface BoxLuma {
  readonly day: number;
  readonly night: number;
}

/** The result of `nocturne eval --detector`. Plain data. A value that no image has is NaN, and null in JSON. */
export interface DetectorEvaluation {
  /** Version of this format. */
  readonly format: 1;
  readonly input: { readonly path: string; readonly layout: string; readonly images: number };
  readonly detector: {
    readonly path: string;
    /** What its outputs were recognised as. */
    readonly title: string;
    readonly input: Size & Preprocessing;
  };
  readonly generator: Evaluation['generator'];
  readonly seed: number;
  /** Score from which a detection counts as found. */
  readonly score: number;
  /** Classes that are compared, as the labels name them; without labels those that the detector finds. */
  readonly classes: readonly string[];
  readonly unmatched: { readonly labels: readonly string[]; readonly detector: readonly string[] };
  readonly day: FoundResult;
  /** The made night of the same images. */
  readonly night: NightResult;
  readonly labelFree: LabelFreeResult;
  /** Real nights by name, in the given order. */
  readonly references: Readonly<Record<string, NightResult & { readonly path: string }>>;
  /** Brightness of what is found by day: what the made night keeps and what it loses. */
  readonly luma: { readonly kept: BoxLuma; readonly lost: BoxLuma };
  readonly pairs: readonly PairResult[];
  /** Notes for people, one line each. */
  readonly notices: readonly string[];
}
