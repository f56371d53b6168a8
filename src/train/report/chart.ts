import type { LossSeries } from './loss-series.js';

/** Size of a chart's drawing, in its own units: pixels where it is not scaled. */
export const CHART = { width: 520, height: 190, left: 46, right: 10, top: 8, bottom: 22 } as const;

/** Share of values left out at either end when the scale is chosen: one spike does not flatten the rest. */
const OUTLIERS = 0.004;

/** Where a chart's values lie. */
export interface ChartScale {
  readonly minStep: number;
  readonly maxStep: number;
  readonly min: number;
  readonly max: number;
}

/** A line's colours are those of the page's style: `line-0` to `line-3`. */
const COLORS = 4;

/** A chart as SVG: the range of the raw values in the back, the smoothed line before it, ticks at round numbers. */
export function renderChart(series: readonly LossSeries[], maxStep: number): string {
  const scale = scaleOf(series, maxStep);
  const { width, height, left, right, top, bottom } = CHART;
  const lines = series.map((each, i) => {
    const color = `line-${i % COLORS}`;
    return (
      `<path class="raw ${color}" d="${rangePath(each, scale)}"/>` +
      `<path class="smooth ${color}" d="${linePath(each.steps, each.smooth, scale)}"/>`
    );
  });
  const inner = `x="${left}" y="${top}" width="${width - left - right}" height="${height - top - bottom}"`;
  return (
    `<svg viewBox="0 0 ${width} ${height}" role="img" data-max-step="${scale.maxStep}" data-min="${scale.min}" data-max="${scale.max}">` +
    gridLines(scale) +
    `<svg ${inner} viewBox="${left} ${top} ${width - left - right} ${height - top - bottom}">${lines.join('')}</svg>` +
    `<line class="cursor" y1="${top}" y2="${height - bottom}" hidden/>` +
    `</svg>`
  );
}

/** The scale of several series: from 0 where they come near it, without their rare extremes. */
export function scaleOf(series: readonly LossSeries[], maxStep: number): ChartScale {
  const lows = series.flatMap(({ low }) => low).sort((a, b) => a - b);
  const highs = series.flatMap(({ high }) => high).sort((a, b) => a - b);
  let min = lows[Math.floor(OUTLIERS * lows.length)] ?? 0;
  let max = highs[Math.ceil((1 - OUTLIERS) * highs.length) - 1] ?? 1;
  if (min > 0 && min < 0.4 * max) min = 0;
  if (max - min < 1e-9 * Math.max(1, Math.abs(max))) {
    const room = max === 0 ? 1 : Math.abs(max) / 10;
    min -= min === 0 ? 0 : room;
    max += room;
  }
  const air = 0.04 * (max - min);
  return { minStep: 0, maxStep: Math.max(1, maxStep), min: min === 0 ? 0 : min - air, max: max + air };
}

/** Round numbers between two, some `count` of them: 1, 2 or 5 times a power of ten apart. */
export function ticks(min: number, max: number, count: number): readonly number[] {
  const rough = (max - min) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const found: number[] = [];
  // The sum makes 0 of the -0 that rounding may give.
  for (let i = Math.ceil(min / step - 1e-9) + 0; i * step <= max + 1e-9 * step; i++) found.push(i * step);
  return found;
}

/** A value in three digits: `0.123`, `12.3`, `2e-4`. */
export function formatValue(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e5) return value.toExponential(1).replace('.0e', 'e').replace('e+', 'e');
  return String(Number(value.toPrecision(3)));
}

/** A count with commas, short for an axis where it ends in thousands: `1,234`, `20k`. */
export function formatStep(step: number): string {
  return step >= 10_000 && step % 1000 === 0 ? `${step / 1000}k` : step.toLocaleString('en-US');
}

function gridLines(scale: ChartScale): string {
  const { width, height, left, right, bottom } = CHART;
  const horizontal = ticks(scale.min, scale.max, 4).map((value) => {
    const y = yOf(value, scale);
    return (
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${y}" y2="${y}"/>` +
      `<text class="tick" x="${left - 6}" y="${y}" dy="0.32em" text-anchor="end">${formatValue(value)}</text>`
    );
  });
  const vertical = ticks(scale.minStep, scale.maxStep, 5).map((step) => {
    const x = xOf(step, scale);
    const anchor = x > width - 30 ? 'end' : 'middle';
    return `<text class="tick" x="${x}" y="${height - bottom + 15}" text-anchor="${anchor}">${formatStep(step)}</text>`;
  });
  return `${horizontal.join('')}${vertical.join('')}<line class="axis" x1="${left}" x2="${width - right}" y1="${height - bottom}" y2="${height - bottom}"/>`;
}

function rangePath({ steps, low, high }: LossSeries, scale: ChartScale): string {
  const points = steps.flatMap((step, i) => {
    const x = xOf(step, scale);
    return [`${x} ${yOf(low[i] ?? 0, scale)}`, `${x} ${yOf(high[i] ?? 0, scale)}`];
  });
  return points.length === 0 ? '' : `M${points.join('L')}`;
}

function linePath(steps: readonly number[], values: readonly number[], scale: ChartScale): string {
  const points = steps.map((step, i) => `${xOf(step, scale)} ${yOf(values[i] ?? 0, scale)}`);
  return points.length === 0 ? '' : `M${points.join('L')}`;
}

function xOf(step: number, { minStep, maxStep }: ChartScale): number {
  const share = (step - minStep) / (maxStep - minStep);
  return round(CHART.left + share * (CHART.width - CHART.left - CHART.right));
}

function yOf(value: number, { min, max }: ChartScale): number {
  const share = (value - min) / (max - min);
  return round(CHART.height - CHART.bottom - share * (CHART.height - CHART.top - CHART.bottom));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
