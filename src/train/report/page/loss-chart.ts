import uPlot from 'uplot';
import { formatValue } from '../format-value.js';
import type { ChartData, LossSeries } from '../loss-page-data.js';
import { createElement } from './create-element.js';
import { valueRange } from './value-range.js';

/** Height of a chart with its axes, CSS pixels. */
const HEIGHT_PX = 200;
/** Colours of the lines, in order: custom properties of page.css. */
const LINE_COLORS = ['--line-0', '--line-1', '--line-2', '--line-3'] as const;
/** Opacity of the raw values behind the smoothed line, as the suffix of a hexadecimal colour. */
const RAW_ALPHA = { edge: '4d', area: '26' } as const;
const AXIS_FONT = '11px system-ui, sans-serif';
/** Columns of a series in the chart's table: low, high, smooth. The steps are column 0. */
const COLUMNS = 3;
/** A second click within this time, milliseconds, makes a double-click, which resets the zoom. */
const DOUBLE_CLICK_MS = 250;

/** A chart of one or more series: the smoothed line, the raw range behind it, and the values below the pointer. */
export class LossChart {
  readonly element: HTMLElement;
  readonly #plot: uPlot;
  readonly #chart: ChartData;
  readonly #lastStep: number;
  readonly #readout = createElement('output');
  #clickTimer: number | undefined;

  /** @param onStepClick receives the step below the pointer on a click. */
  constructor(chart: ChartData, lastStep: number, onStepClick: (step: number) => void) {
    this.#chart = chart;
    this.#lastStep = lastStep;
    const container = createElement('div', { className: 'plot', role: 'img', ariaLabel: `${chart.title} by step` });
    this.element = createElement('figure', {}, caption(chart, this.#readout), container);
    this.#plot = new uPlot(this.#options(), alignSeries(chart.series, lastStep), container);
    this.#plot.over.addEventListener('click', ({ detail: clicks }) => {
      const step = pointedStep(this.#plot);
      clearTimeout(this.#clickTimer);
      if (step !== undefined && clicks === 1) this.#clickTimer = setTimeout(() => onStepClick(step), DOUBLE_CLICK_MS);
    });
    this.#showValues(this.#plot);
    new ResizeObserver(() => {
      if (container.clientWidth > 0) this.#plot.setSize({ width: container.clientWidth, height: HEIGHT_PX });
    }).observe(container);
  }

  /** Whether the chart shows only a part of the steps. */
  get isZoomed(): boolean {
    const { min, max } = this.#plot.scales['x'] ?? {};
    return (min ?? 0) > 0 || (max ?? this.#lastStep) < this.#lastStep;
  }

  /** Draws the chart again, in the colours of the current colour scheme. */
  redraw(): void {
    this.#plot.redraw(false);
  }

  #options(): uPlot.Options {
    const stroke = (): string => cssColor('--soft');
    const grid = { stroke: (): string => cssColor('--grid'), width: 1 };
    const x: uPlot.Axis = { size: 28, grid: { show: false }, ticks: grid, values: (_, steps) => steps.map(stepLabel) };
    const y: uPlot.Axis = { size: 52, grid, ticks: { show: false }, values: (_, values) => values.map(formatValue) };
    return {
      width: 400,
      height: HEIGHT_PX,
      legend: { show: false },
      padding: [8, 22, 0, 0],
      scales: { x: { time: false }, y: { range: visibleRange } },
      axes: [x, y].map((axis) => ({ ...axis, stroke, font: AXIS_FONT })),
      series: [{}, ...this.#chart.series.flatMap((_, index) => seriesOptions(index))],
      bands: this.#chart.series.map((_, index) => ({
        series: [columnOf(index, 'high'), columnOf(index, 'low')],
        fill: () => lineColor(index) + RAW_ALPHA.area,
      })),
      cursor: {
        y: false,
        sync: { key: 'steps', scales: ['x', null] }, // all charts share cursor and zoom
        points: { size: (_, column) => (column > 0 && column % COLUMNS === 0 ? 7 : 0) },
      },
      hooks: { setCursor: [(plot) => this.#showValues(plot)] },
    };
  }

  /** Shows the values at the pointer, or the last ones while it is on no chart. */
  #showValues(plot: uPlot): void {
    const { series, isSmoothed } = this.#chart;
    const step = pointedStep(plot);
    const texts = series.map(({ name, smooth }, index) => {
      const last = formatValue(smooth.at(-1) ?? 0);
      const value = step === undefined ? last : valueText(plot, index, isSmoothed);
      return series.length > 1 ? `${name} ${value}` : value;
    });
    const prefix = step === undefined ? '' : `step ${Math.round(step).toLocaleString('en-US')}: `;
    this.#readout.textContent = prefix + texts.join(', ');
  }
}

function caption({ title, series }: ChartData, readout: HTMLElement): HTMLElement {
  const keys = series.map(({ name }, index) => {
    const key = createElement('i', { className: 'key' });
    key.style.background = `var(${LINE_COLORS[index % LINE_COLORS.length] ?? ''})`;
    return createElement('span', {}, key, name);
  });
  const name = createElement('b', {}, ...(series.length > 1 ? keys : [title]));
  const nonFinite = series.reduce((sum, each) => sum + each.nonFinite, 0);
  const warning = createElement('span', { className: 'warning', hidden: nonFinite === 0 }, `${nonFinite} not a number`);
  return createElement('figcaption', {}, name, warning, readout);
}

/** The chart's table: steps from 0 to the last, then {@link COLUMNS} columns for each series. */
function alignSeries(series: readonly LossSeries[], lastStep: number): uPlot.AlignedData {
  const tables = series.map(({ steps, low, high, smooth }) => [[...steps], [...low], [...high], [...smooth]]);
  return uPlot.join([[[0, lastStep]], ...tables] as uPlot.AlignedData[]); // each table begins with its steps
}

function seriesOptions(index: number): uPlot.Series[] {
  const edge: uPlot.Series = {
    stroke: () => lineColor(index) + RAW_ALPHA.edge,
    width: 1,
    spanGaps: true,
    points: { show: false },
  };
  return [edge, edge, { stroke: () => lineColor(index), width: 2, spanGaps: true }];
}

function columnOf(index: number, kind: 'low' | 'high' | 'smooth'): number {
  return COLUMNS * index + { low: 1, high: 2, smooth: 3 }[kind];
}

/** Range of the y axis for the steps in view. */
function visibleRange(plot: uPlot): uPlot.Range.MinMax {
  const [from, to] = plot.series[0]?.idxs ?? [0, 0];
  const inView = (kind: 'low' | 'high'): number[] =>
    plot.data
      .filter((_, column) => column > 0 && column % COLUMNS === columnOf(0, kind))
      .flatMap((values) => [...values].slice(from, to + 1))
      .filter((value) => typeof value === 'number');
  return valueRange(inView('low'), inView('high'));
}

/** The step below the pointer; undefined while it is on no chart. */
function pointedStep(plot: uPlot): number | undefined {
  const { left = -1 } = plot.cursor;
  return left < 0 ? undefined : plot.posToVal(left, 'x');
}

/** `smooth (low to high)` at the point next to the cursor, without what equals the rest. */
function valueText(plot: uPlot, index: number, isSmoothed: boolean): string {
  const [low, high, smooth] = (['low', 'high', 'smooth'] as const).map((kind) => {
    const column = columnOf(index, kind);
    return formatValue(plot.data[column]?.[plot.cursor.idxs?.[column] ?? 0] ?? 0);
  });
  if (!isSmoothed) return smooth ?? '';
  return `${smooth} (${low === high ? low : `${low} to ${high}`})`;
}

function stepLabel(step: number): string {
  return Number.isInteger(step) ? step.toLocaleString('en-US') : '';
}

function lineColor(index: number): string {
  return cssColor(LINE_COLORS[index % LINE_COLORS.length] ?? '--line-0');
}

function cssColor(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}
