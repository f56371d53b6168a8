import type { LossRecord } from './loss-log.js';

/** A quantity over the steps, ready to be drawn: at most {@link MOST_POINTS} places. */
export interface LossSeries {
  readonly name: string;
  /** Step of each place: the last of those it stands for. */
  readonly steps: readonly number[];
  /** Least and greatest value of the steps that a place stands for. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Exponential average, free of the start's bias. */
  readonly smooth: readonly number[];
  /** Values that were no number. */
  readonly broken: number;
}

/** Series of one kind. */
export interface SeriesGroup {
  readonly kind: 'losses' | 'metrics' | 'learningRates';
  readonly series: readonly LossSeries[];
}

/** Places along a chart: more than its pixels would not be seen. */
export const MOST_POINTS = 500;

/** Share of all records over which the average reaches; learning rates and metrics are not averaged. */
const SMOOTHING_SPAN = 0.03;

/** All quantities of a log, in the order of their first appearance; groups without a series are left out. */
export function lossSeries(records: readonly LossRecord[]): readonly SeriesGroup[] {
  const span = Math.max(1, SMOOTHING_SPAN * records.length);
  const groups: readonly SeriesGroup[] = [
    { kind: 'losses', series: seriesOf(records, (record) => record.losses, span) },
    { kind: 'metrics', series: seriesOf(records, (record) => record.metrics ?? {}, 1) },
    { kind: 'learningRates', series: seriesOf(records, (record) => record.learningRates, 1) },
  ];
  return groups.filter(({ series }) => series.length > 0);
}

function seriesOf(
  records: readonly LossRecord[],
  valuesOf: (record: LossRecord) => Readonly<Record<string, number>>,
  span: number,
): readonly LossSeries[] {
  const points = new Map<string, { step: number; value: number }[]>();
  for (const record of records) {
    for (const [name, value] of Object.entries(valuesOf(record))) {
      const list = points.get(name);
      if (list) list.push({ step: record.step, value });
      else points.set(name, [{ step: record.step, value }]);
    }
  }
  return [...points].map(([name, list]) => condensed(name, list, span));
}

function condensed(name: string, points: readonly { step: number; value: number }[], span: number): LossSeries {
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const places = Math.min(MOST_POINTS, finite.length);
  const [steps, low, high, smooth]: [number[], number[], number[], number[]] = [[], [], [], []];
  const keep = 1 - 1 / span;
  let [sum, weight] = [0, 0];
  for (let place = 0; place < places; place++) {
    const from = Math.floor((place * finite.length) / places);
    const to = Math.floor(((place + 1) * finite.length) / places);
    let [least, greatest] = [Infinity, -Infinity];
    for (const { value } of finite.slice(from, to)) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
      sum = keep * sum + value;
      weight = keep * weight + 1;
    }
    steps.push(finite[to - 1]?.step ?? 0);
    low.push(least);
    high.push(greatest);
    smooth.push(sum / weight);
  }
  return { name, steps, low, high, smooth, broken: points.length - finite.length };
}
