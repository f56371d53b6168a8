/** Data of a training's loss page: `loss-page.ts` writes it, the page's script reads it. No Node and no DOM types, because both sides import this file. */

/** One quantity over the steps, reduced to at most {@link MAX_POINTS} points. */
export interface LossSeries {
  readonly name: string;
  /** Step of each point: the last of those that it covers. */
  readonly steps: readonly number[];
  /** Smallest and largest value of the steps that a point covers. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Exponential moving average, bias-corrected. */
  readonly smooth: readonly number[];
  /** Count of values that are NaN or infinite; they have no point. */
  readonly nonFinite: number;
}

/** Points in a series: more than a chart has pixels are not visible. */
export const MAX_POINTS = 500;

/** One chart. */
export interface ChartData {
  readonly title: string;
  readonly series: readonly LossSeries[];
  /** Whether `smooth` differs from the values. */
  readonly isSmoothed: boolean;
}

/** Charts below one heading. */
export interface ChartSection {
  readonly heading: string;
  readonly charts: readonly ChartData[];
}

/** A sample sheet and its step. */
export interface SheetFile {
  readonly step: number;
  /** Path relative to the page, with `/` as separator. */
  readonly file: string;
}

/** All that the page shows. */
export interface LossPageData {
  readonly title: string;
  readonly status: 'training' | 'finished' | 'stopped';
  /** Share of the steps that are done, 0 to 1. */
  readonly progress: number;
  /** Facts of the header, in order. */
  readonly facts: Readonly<Record<string, string>>;
  /** By step, ascending. */
  readonly sheets: readonly SheetFile[];
  readonly sections: readonly ChartSection[];
  /** Right end of every chart, at least 1. */
  readonly lastStep: number;
  /** Interval at which the page reloads itself, milliseconds; 0 is never. */
  readonly refreshMs: number;
}
