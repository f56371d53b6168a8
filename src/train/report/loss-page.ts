import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatDuration } from './format-duration.js';
import { formatValue } from './format-value.js';
import { readLossLog, type LossRecord } from './loss-log.js';
import type { ChartData, ChartSection, LossPageData, LossSeries, SheetFile } from './loss-page-data.js';
import { lossSeries, type SeriesGroup } from './loss-series.js';
import { writeReportFile } from './report-file.js';

/** Name of the page in a run's folder. */
const LOSS_PAGE = 'index.html';
/** Folder of the sample sheets in a run's folder. */
const SHEET_FOLDER = 'sheets';
/** Interval at which the page of a running training reloads itself, milliseconds. */
const REFRESH_MS = 30_000;
/** The bundled script and style of the page. The path is right from `src/train/report` and from `dist/train/report`. */
const BUILT_PAGE = new URL('../../../dist/train/report/page/', import.meta.url);

/** What the page shows beside the log. */
export interface LossPageOptions {
  /** Name of the run. */
  readonly title: string;
  /** Steps of the whole run. */
  readonly totalSteps: number;
  /** Whether the training is running: the page then reloads itself. */
  readonly isRunning: boolean;
  /** Until the last step; undefined when unknown. */
  readonly secondsLeft?: number | undefined;
  /** What computes the training, and on which device. */
  readonly backend?: { readonly name: string; readonly device: string };
  /** More facts of the run, by name: recipe, images. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** Path of a step's sample sheet in a run's folder, where the page finds it. */
export function sheetPath(folder: string, step: number): string {
  return join(folder, SHEET_FOLDER, `step-${String(step).padStart(7, '0')}.png`);
}

/** Writes `index.html` into a run's folder from its log and sheets, atomically. Throws NocturneError OUTPUT_*. */
export async function writeLossPage(folder: string, options: LossPageOptions): Promise<void> {
  const path = join(folder, LOSS_PAGE);
  const data = lossPageData(await readLossLog(folder), await listSheets(folder), options);
  const html = renderLossPage(data, await pageAssets());
  await writeReportFile(path, html);
}

/** The sample sheets in a run's folder, by step. */
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

/** What the page shows, from a run's log and sheets. */
export function lossPageData(
  records: readonly LossRecord[],
  sheets: readonly SheetFile[],
  options: LossPageOptions,
): LossPageData {
  const { title, totalSteps, isRunning } = options;
  const step = records.at(-1)?.step ?? 0;
  const progress = Math.min(1, step / Math.max(1, totalSteps));
  return {
    title,
    status: isRunning ? 'training' : progress >= 1 ? 'finished' : 'stopped',
    progress,
    facts: headerFacts(records, options),
    sheets,
    sections: lossSeries(records).map(chartSection),
    lastStep: Math.max(1, step, sheets.at(-1)?.step ?? 0),
    refreshMs: isRunning ? REFRESH_MS : 0,
  };
}

/** Bundled script and style of the page. */
interface PageAssets {
  readonly script: string;
  readonly style: string;
}

let assets: Promise<PageAssets> | undefined;

/** Reads the assets once, so that a build during a training does not disturb it. */
async function pageAssets(): Promise<PageAssets> {
  assets ??= Promise.all(['page.js', 'page.css'].map(async (name) => readFile(new URL(name, BUILT_PAGE), 'utf8'))).then(
    ([script = '', style = '']) => ({ script, style }),
  );
  return assets;
}

/** The page as HTML that needs no other file than the sheets. */
function renderLossPage(data: LossPageData, { script, style }: PageAssets): string {
  const json = JSON.stringify(data).replaceAll('<', '\\u003c'); // no name can close the script element
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Nocturne training</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<noscript>This page draws its charts with JavaScript. Enable it to see them.</noscript>
<script type="application/json" id="data">${json}</script>
<script>${script}</script>
</body>
</html>
`;
}

const HEADINGS = { losses: 'Losses', metrics: 'Validation', learningRates: 'Learning rate' } as const;

/** Losses and metrics have a chart each, because their ranges differ; the learning rates share one. */
function chartSection({ kind, series }: SeriesGroup): ChartSection {
  const rounded = series.map(roundSeries);
  const charts: readonly ChartData[] =
    kind === 'learningRates'
      ? [{ title: 'by optimiser', series: rounded, isSmoothed: false }]
      : rounded.map((each) => ({ title: each.name, series: [each], isSmoothed: kind === 'losses' }));
  return { heading: HEADINGS[kind], charts };
}

function headerFacts(records: readonly LossRecord[], options: LossPageOptions): Readonly<Record<string, string>> {
  const { totalSteps, isRunning, secondsLeft, backend, facts } = options;
  const last = records.at(-1);
  const rate = stepsPerSecond(records);
  return {
    step: `${(last?.step ?? 0).toLocaleString('en-US')} of ${totalSteps.toLocaleString('en-US')}`,
    epoch: String(last?.epoch ?? 0),
    'training time': formatDuration(last?.seconds ?? 0),
    'steps per second': rate > 0 ? formatValue(rate) : '?',
    ...(isRunning && secondsLeft !== undefined ? { 'time left': formatDuration(secondsLeft) } : {}),
    ...(backend && { backend: backend.name, device: backend.device }),
    ...facts,
  };
}

/** Over the last tenth of the log, so that a pause long ago does not count. */
function stepsPerSecond(records: readonly LossRecord[]): number {
  const last = records.at(-1);
  const before = records[Math.floor(0.9 * (records.length - 1))];
  if (!last || !before || last.seconds <= before.seconds) return 0;
  return (last.step - before.step) / (last.seconds - before.seconds);
}

/** The series with four significant digits: enough for a chart, and a quarter of the bytes. */
function roundSeries(series: LossSeries): LossSeries {
  const round = (values: readonly number[]): number[] => values.map((value) => Number(value.toPrecision(4)));
  return { ...series, low: round(series.low), high: round(series.high), smooth: round(series.smooth) };
}
