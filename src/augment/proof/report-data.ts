/** Data of a run's report: `report.ts` writes it, the page's script reads it. No Node and no DOM types, because both sides import this file. */

/** Verdicts in the order that they are shown in; the same as `Verdict`. */
export const VERDICTS = ['accepted', 'rejected', 'alreadyNight', 'failed'] as const;
/** One of {@link VERDICTS}. */
export type VerdictName = (typeof VERDICTS)[number];

/** How one score is spread over the nights of a run. */
export interface ScoreHistogram {
  readonly name: string;
  /** For people: what the score says. */
  readonly label: string;
  /** Left edge of the first bin, right edge of the last one; what lies outside counts in these two. */
  readonly min: number;
  readonly max: number;
  /** Where a night begins to be rejected, or a source to be a night; undefined: nowhere. */
  readonly limit?: number;
  /** Of a distance: nights at 0, inside the range of real ones, which are in no bin. */
  readonly inside?: number;
  /** Nights in each bin: of all, and of those that were rejected. */
  readonly all: readonly number[];
  readonly rejected: readonly number[];
}

/** One number of the draws against the night score, for a sample of the nights. */
export interface DrawScatter {
  /** Name and unit of the number: `exposure, stops`. */
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly night: number; readonly isAccepted: boolean }[];
}

/** A row of a table of counts. */
export interface Count {
  readonly name: string;
  readonly count: number;
}

/** An image of the report: a data URI, and its size in pixels. */
export interface EmbeddedImage {
  readonly uri: string;
  readonly width: number;
  readonly height: number;
}

/** A day and its night. */
export interface ReportPair {
  readonly item: string;
  readonly variant: number;
  readonly verdict: VerdictName;
  readonly reason: string;
  /** The draw in words. */
  readonly draw: string;
  /** The scores in words. */
  readonly scores: string;
  /** Undefined where it cannot be shown: a video, a file that is gone. */
  readonly day?: EmbeddedImage;
  readonly night?: EmbeddedImage;
}

/** Pairs below one heading. */
export interface PairSection {
  readonly heading: string;
  /** One sentence: what they have in common. */
  readonly note: string;
  readonly pairs: readonly ReportPair[];
}

/** A reason and how many nights it rejected or failed, with examples. */
export interface ReasonCount extends Count {
  readonly verdict: VerdictName;
  readonly pairs: readonly ReportPair[];
}

/** All that the page shows. */
export interface ReportData {
  readonly title: string;
  /** Version, recipe, seed, layout, generator, command, in order. */
  readonly facts: Readonly<Record<string, string>>;
  readonly nights: number;
  readonly items: number;
  readonly verdicts: Readonly<Record<VerdictName, number>>;
  readonly lamps: number;
  readonly reasons: readonly ReasonCount[];
  readonly losses: readonly Count[];
  /** How often each style, and each kind of lamp that stays dark, was drawn. */
  readonly styles: readonly Count[];
  readonly histograms: readonly ScoreHistogram[];
  readonly scatters: readonly DrawScatter[];
  readonly sections: readonly PairSection[];
}
