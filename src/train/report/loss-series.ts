import type { LossRecord } from './loss-log.js';
import { MAX_POINTS, type LossSeries } from './loss-page-data.js';

/** Series of one kind. */
export interface SeriesGroup {
  readonly kind: 'losses' | 'metrics' | 'learningRates';
  readonly series: readonly LossSeries[];
}

/** Span of the moving average of the losses, as a share of all records. Learning rates and metrics are not averaged. */
const SMOOTHING_SPAN = 0.03;

/** All quantities of a log, in the order of their first appearance, without empty groups. */
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
  return [...points].map(([name, list]) => downsample(name, list, span));
}

function downsample(name: string, points: readonly { step: number; value: number }[], span: number): LossSeries {
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const buckets = Math.min(MAX_POINTS, finite.length);
  const [steps, low, high, smooth]: [number[], number[], number[], number[]] = [[], [], [], []];
  const decay = 1 - 1 / span;
  let [sum, weight] = [0, 0];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * finite.length) / buckets);
    const to = Math.floor(((bucket + 1) * finite.length) / buckets);
    let [min, max] = [Infinity, -Infinity];
    for (const { value } of finite.slice(from, to)) {
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum = decay * sum + value;
      weight = decay * weight + 1;
    }
    steps.push(finite[to - 1]?.step ?? 0);
    low.push(min);
    high.push(max);
    smooth.push(sum / weight);
  }
  return { name, steps, low, high, smooth, nonFinite: points.length - finite.length };
}
