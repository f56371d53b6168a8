import type { Draw } from '../recipe/draw.js';

/** Whether an item becomes part of the night set. `alreadyNight`: copied as it is. `failed`: it could not be read or written. */
export type Verdict = 'accepted' | 'rejected' | 'alreadyNight' | 'failed';

/** Scores of one night. Each is undefined where it cannot be measured. */
export interface ItemScores {
  /** Correlation of the luma gradients of day and night over the day's edges, -1 to 1: see `structureOf`. */
  readonly structure?: number;
  /** How far layout, texture and lights are outside the range of real nights, 0 inside; in widths of that range. */
  readonly layout?: number;
  readonly texture?: number;
  readonly lights?: number;
  /** How surely the night is one, and no day or darkened day, 0 to 1. */
  readonly night?: number;
  /** The same of the source: how surely it is a night already. */
  readonly alreadyNight?: number;
  /** Signals of the day, and those of the night that changed colour or went out. */
  readonly signals?: number;
  readonly signalsChanged?: number;
  /** Lamps that the day gives no evidence for. */
  readonly unfoundedLamps?: number;
}

/** One row of the manifest: what became of one item in one variant. Plain data. */
export interface ItemRow {
  readonly item: string;
  /** From 0. */
  readonly variant: number;
  readonly unit: number;
  /** Path from the root of the input. */
  readonly source: string;
  readonly sourceSha256: string;
  /** Path from the root of the output, the variant's folder included; empty where nothing was written. */
  readonly output: string;
  readonly outputSha256: string;
  readonly outputBytes: number;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly draw: Draw;
  readonly scores: ItemScores;
  readonly verdict: Verdict;
  /** Why it was rejected or failed, one clause; else empty. */
  readonly reason: string;
  /** What of the source is not in the output, one clause each: `16 bit became 8 bit`. */
  readonly losses: readonly string[];
  /** Lamps drawn. */
  readonly lamps: number;
  /** CPU time is not known; wall time of this item, milliseconds. */
  readonly milliseconds: number;
}
