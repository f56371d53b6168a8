import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHART, formatValue, renderChart } from './chart.js';
import { formatDuration } from './format-duration.js';
import { readLossLog, type LossRecord } from './loss-log.js';
import { LOSS_PAGE_SCRIPT } from './loss-page-script.js';
import { LOSS_PAGE_STYLE } from './loss-page-style.js';
import { lossSeries, type LossSeries, type SeriesGroup } from './loss-series.js';
import { reportFailure } from './report-failure.js';

/** Name of the page in a run's folder. */
export const LOSS_PAGE = 'index.html';
/** Folder of the sample sheets in a run's folder. */
export const SHEET_FOLDER = 'sheets';
/** Time between two loads of the page of a run that goes on, milliseconds. */
const REFRESH_MS = 30_000;

/** What the page says beside the log. */
export interface LossPageOptions {
  /** Name of the run. */
  readonly title: string;
  /** Steps of the whole run. */
  readonly totalSteps: number;
  /** Whether the run goes on: the page loads itself again then. */
  readonly isRunning: boolean;
  /** Until the last step; undefined when unknown. */
  readonly secondsLeft?: number | undefined;
  /** What the run is made of, by name: recipe, device, pictures. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** A sample sheet by its step. */
export interface SheetFile {
  readonly step: number;
  /** Relative to the page, with `/` between. */
  readonly file: string;
}

/** Where the sample sheet of a step belongs within a run's folder; the page finds it there. */
export function sheetPath(folder: string, step: number): string {
  return join(folder, SHEET_FOLDER, `step-${String(step).padStart(7, '0')}.png`);
}

/** Writes `index.html` into a run's folder from its log and sheets; a reader never sees half of it. Throws NocturneError OUTPUT_*. */
export async function writeLossPage(folder: string, options: LossPageOptions): Promise<void> {
  const path = join(folder, LOSS_PAGE);
  const html = renderLossPage(await readLossLog(folder), await listSheets(folder), options);
  try {
    await writeFile(`${path}.part`, html);
    await rename(`${path}.part`, path);
  } catch (error) {
    throw reportFailure(path, error);
  }
}

/** The sheets in a run's folder, by step. */
export async function listSheets(folder: string): Promise<readonly SheetFile[]> {
  const names = await readdir(join(folder, SHEET_FOLDER)).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .flatMap((name) => {
      const step = /^step-(\d+)\.png$/.exec(name)?.[1];
      return step === undefined ? [] : [{ step: Number(step), file: `${SHEET_FOLDER}/${name}` }];
    })
    .sort((a, b) => a.step - b.step);
}

/** The page of a run as HTML that needs nothing but the sheets beside it. */
export function renderLossPage(
  records: readonly LossRecord[],
  sheets: readonly SheetFile[],
  options: LossPageOptions,
): string {
  const groups = lossSeries(records);
  const charts = groups.flatMap(chartsOf);
  const last = records.at(-1);
  const maxStep = Math.max(last?.step ?? 0, sheets.at(-1)?.step ?? 0);
  const data = {
    sheets,
    charts: charts.map(({ series, isSmoothed }) => series.map((each) => ({ ...shortened(each), isSmoothed }))),
    refreshMs: options.isRunning ? REFRESH_MS : 0,
    frame: CHART,
  };
  const sections = groups.map(({ kind }) => {
    const figures = charts.filter((chart) => chart.kind === kind).map((chart) => figure(chart, maxStep));
    return `<section><h2>${HEADINGS[kind]}</h2><div class="charts">${figures.join('')}</div></section>`;
  });
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<title>${escaped(options.title)}</title><style>${LOSS_PAGE_STYLE}</style></head><body>` +
    heading(last, records, options) +
    sampleSection(sheets) +
    (sections.length > 0 ? sections.join('') : '<p class="none">No losses yet.</p>') +
    `<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>` +
    `<script>${LOSS_PAGE_SCRIPT}</script></body></html>\n`
  );
}

const HEADINGS = { losses: 'Losses', metrics: 'Validation', learningRates: 'Learning rate' } as const;

/** One chart of the page. */
interface Chart {
  readonly kind: SeriesGroup['kind'];
  readonly title: string;
  readonly series: readonly LossSeries[];
  readonly isSmoothed: boolean;
}

/** Losses and metrics each have a chart, for their sizes differ; the learning rates share one. */
function chartsOf({ kind, series }: SeriesGroup): readonly Chart[] {
  if (kind === 'learningRates') return [{ kind, title: 'by optimiser', series, isSmoothed: false }];
  return series.map((each) => ({ kind, title: each.name, series: [each], isSmoothed: kind === 'losses' }));
}

function figure({ title, series }: Chart, maxStep: number): string {
  const now = series.map(({ name, smooth }) => {
    const value = formatValue(smooth.at(-1) ?? 0);
    return series.length > 1 ? `${name} ${value}` : value;
  });
  const broken = series.reduce((sum, each) => sum + each.broken, 0);
  const note = broken > 0 ? `<span class="broken">${broken} not a number</span>` : '';
  const keys = series.map(({ name }, i) => `<i class="key line-${i % 4}"></i>${escaped(name)} `).join('');
  return (
    `<figure><figcaption><b>${series.length > 1 ? keys : escaped(title)}</b>${note}` +
    `<output>${escaped(now.join(', '))}</output></figcaption>${renderChart(series, maxStep)}</figure>`
  );
}

function heading(last: LossRecord | undefined, records: readonly LossRecord[], options: LossPageOptions): string {
  const { title, totalSteps, isRunning, secondsLeft, facts = {} } = options;
  const step = last?.step ?? 0;
  const share = Math.min(1, step / Math.max(1, totalSteps));
  const rate = recentRate(records);
  const left = secondsLeft !== undefined && isRunning ? formatDuration(secondsLeft) : undefined;
  const tiles: readonly (readonly [string, string])[] = [
    ['step', `${step.toLocaleString('en-US')} of ${totalSteps.toLocaleString('en-US')}`],
    ['epoch', String(last?.epoch ?? 0)],
    ['trained for', formatDuration(last?.seconds ?? 0)],
    ['steps a second', rate > 0 ? formatValue(rate) : '?'],
    ...(left === undefined ? [] : [['time left', left] as const]),
    ...Object.entries(facts),
  ];
  const state = isRunning ? 'training' : share >= 1 ? 'finished' : 'stopped';
  return (
    `<header><h1>${escaped(title)}</h1><span class="state ${isRunning ? 'running' : ''}">${state}</span></header>` +
    `<div class="track"><i style="width: ${(100 * share).toFixed(1)}%"></i></div>` +
    `<dl class="tiles">${tiles.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>`
  );
}

function sampleSection(sheets: readonly SheetFile[]): string {
  const latest = sheets.at(-1);
  if (!latest) return '';
  return (
    `<section><h2>Samples</h2><div class="samples"><div class="bar"><button id="play" type="button">Play</button>` +
    `<input id="sheet-slider" type="range" min="0" max="${sheets.length - 1}" value="${sheets.length - 1}" aria-label="step of the samples">` +
    `<output id="sheet-step">step ${latest.step.toLocaleString('en-US')}</output></div>` +
    `<img id="sheet" src="${escaped(latest.file)}" alt="samples at step ${latest.step}"></div></section>`
  );
}

/** Steps a second over the last tenth of the log: a pause long ago does not count. */
function recentRate(records: readonly LossRecord[]): number {
  const last = records.at(-1);
  const before = records[Math.floor(0.9 * (records.length - 1))];
  if (!last || !before || last.seconds <= before.seconds) return 0;
  return (last.step - before.step) / (last.seconds - before.seconds);
}

/** Four digits are more than a chart shows, and a quarter of the bytes. */
function shortened({ name, steps, low, high, smooth }: LossSeries): Omit<LossSeries, 'broken'> {
  const short = (values: readonly number[]): number[] => values.map((value) => Number(value.toPrecision(4)));
  return { name, steps, low: short(low), high: short(high), smooth: short(smooth) };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
