import uPlot from 'uplot';
import { createElement } from '../../../train/report/page/create-element.js';
import { formatValue } from '../../../train/report/format-value.js';
import type { DrawScatter, ScoreHistogram } from '../report-data.js';

/** Height of a chart with its axes, CSS pixels. */
const HEIGHT_PX = 200;
const AXIS_FONT = '11px system-ui, sans-serif';
const POINT_PX = 5;

/** A chart of the page. */
export interface Chart {
  readonly element: HTMLElement;
  /** Draws again, in the colours of the current colour scheme. */
  redraw(): void;
}

/** Nights by score: all as bars, those rejected in front of them, the limit as a line. */
export function histogramChart({ label, min, max, limit, inside, all, rejected }: ScoreHistogram): Chart {
  const width = (max - min) / all.length;
  const middles = all.map((_, bin) => min + (bin + 0.5) * width);
  const total = all.reduce((sum, count) => sum + count, 0);
  const rejections = rejected.reduce((sum, count) => sum + count, 0);
  const bars = uPlot.paths.bars?.({ size: [0.9, 60] });
  const series = (name: string, color: string): uPlot.Series => ({
    label: name,
    stroke: () => cssColor(color),
    fill: () => cssColor(color),
    width: 0,
    points: { show: false },
    ...(bars && { paths: bars }),
  });
  const others = inside === undefined ? '' : ` (${inside.toLocaleString('en-US')} inside not shown)`;
  const caption = [
    label + others,
    keys([
      ['nights', '--line-1'],
      ['rejected', '--bad'],
    ]),
  ] as const;
  const described = `${label}${others}: ${total} nights, ${rejections} of them rejected${limit === undefined ? '' : `, limit ${limit}`}`;
  return chart(caption, described, [middles, [...all], [...rejected]], {
    scales: { x: { time: false, range: [min, max] }, y: { range: (_, __, top) => [0, Math.max(1, top)] } },
    series: [{}, series('nights', '--line-1'), series('rejected', '--bad')],
    hooks: limit === undefined ? {} : { draw: [(plot) => drawLimit(plot, limit)] },
  });
}

/** One number of the draws against the night score: accepted nights and others. */
export function scatterChart({ label, points }: DrawScatter): Chart {
  const x = points.map((point) => point.x);
  const [first = 0, last = 1] = [x[0], x.at(-1)];
  const margin = 0.03 * (last - first);
  const of = (isAccepted: boolean): (number | null)[] =>
    points.map((point) => (point.isAccepted === isAccepted ? point.night : null));
  const series = (name: string, color: string): uPlot.Series => ({
    label: name,
    stroke: () => cssColor(color),
    paths: () => null,
    points: { show: true, size: POINT_PX, width: 0, fill: () => `${cssColor(color)}b0` },
  });
  const caption = [
    label,
    keys([
      ['accepted', '--line-2'],
      ['rejected', '--bad'],
    ]),
  ] as const;
  return chart(caption, `${label} against the night score: ${points.length} nights`, [x, of(true), of(false)], {
    scales: { x: { time: false, range: [first - margin, last + margin] }, y: { range: [-0.03, 1.03] } },
    series: [{}, series('accepted', '--line-2'), series('rejected', '--bad')],
  });
}

type ChartOptions = Pick<uPlot.Options, 'scales' | 'series' | 'hooks'>;

function chart(
  [title, legend]: readonly [string, HTMLElement],
  described: string,
  data: uPlot.AlignedData,
  options: ChartOptions,
): Chart {
  const container = createElement('div', { className: 'plot', role: 'img', ariaLabel: described });
  const caption = createElement('figcaption', {}, createElement('b', {}, title), legend);
  const element = createElement('figure', {}, caption, container);
  const plot = new uPlot({ ...plotOptions(), ...options }, data, container);
  new ResizeObserver(() => {
    if (container.clientWidth > 0) plot.setSize({ width: container.clientWidth, height: HEIGHT_PX });
  }).observe(container);
  return { element, redraw: () => plot.redraw(false) };
}

function plotOptions(): Omit<uPlot.Options, 'series'> {
  const stroke = (): string => cssColor('--soft');
  const grid = { stroke: (): string => cssColor('--grid'), width: 1 };
  const values: uPlot.Axis.Values = (_, splits) => splits.map(formatValue);
  const x: uPlot.Axis = { size: 28, grid: { show: false }, ticks: grid, values };
  const y: uPlot.Axis = { size: 52, grid, ticks: { show: false }, values };
  return {
    width: 400,
    height: HEIGHT_PX,
    legend: { show: false },
    padding: [8, 14, 0, 0],
    axes: [x, y].map((axis) => ({ ...axis, stroke, font: AXIS_FONT })),
    cursor: { show: false },
  };
}

function drawLimit(plot: uPlot, limit: number): void {
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(limit, 'x', true));
  ctx.save();
  ctx.strokeStyle = cssColor('--accent');
  ctx.lineWidth = 2;
  ctx.setLineDash([6, 4]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

function keys(names: readonly (readonly [name: string, color: string])[]): HTMLElement {
  const legend = createElement('span', { className: 'legend' });
  for (const [name, color] of names) {
    const key = createElement('i');
    key.style.background = `var(${color})`;
    legend.append(key, name);
  }
  return legend;
}

function cssColor(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}
