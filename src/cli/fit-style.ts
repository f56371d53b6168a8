import { basename, extname, resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT_CODES } from '../core/errors.js';
import { fitStyle as fitNightStyle, type FitProgress, type NightDistances, type StyleFit } from '../library.js';
import { LineFile } from '../output/line-file.js';
import { ProgressBar, formatShare, type ProgressStyle } from './progress-bar.js';
import { StepLine } from './step-line.js';
import { stopSignal } from './stop-signal.js';

/** Flags of `nocturne fit-style`. */
interface FitStyleFlags {
  readonly out: string;
  readonly days?: string;
  readonly from: string;
  readonly steps: number;
  readonly seed: number;
  readonly maxDays: number;
  readonly maxNights: number;
  readonly model?: string;
  readonly threads: number;
  readonly overwrite?: boolean;
}

/** Time between two lines of a search that is not on a terminal, milliseconds. */
const LINE_INTERVAL_MS = 10_000;
/** Digits that are written of a number. */
const DIGITS = 4;

type SearchProgress = Extract<FitProgress, { readonly step: 'fitting' }>;

const SEARCH_STYLE: ProgressStyle<SearchProgress> = { format: formatSearch, lineIntervalMs: LINE_INTERVAL_MS };

/** Runs `nocturne fit-style NIGHTS --out STYLE.json`. */
export async function fitStyle(nights: string, command: Command): Promise<void> {
  const { out, overwrite = false, ...flags } = command.opts<FitStyleFlags>();
  const file = await LineFile.open({ path: out, overwrite }); // fails before minutes of work, not after
  const bar = new ProgressBar(process.stderr, SEARCH_STYLE);
  const line = new StepLine(process.stderr);
  const signal = stopSignal();
  try {
    const fit = await fitNightStyle(nights, {
      ...flags,
      signal,
      onProgress: (progress) => {
        if (isSearch(progress)) {
          line.end();
          bar.draw(progress);
        } else {
          line.draw(progress.step, progress.done, progress.expected);
        }
      },
    });
    bar.end();
    await writeStyle(file, JSON.stringify(styleFile(fit, nights, { out, ...flags }), null, 2));
    for (const notice of fit.notices) process.stderr.write(`note: ${notice}\n`);
    if (signal.aborted) {
      process.stderr.write(`note: stopped after ${fit.steps} of ${flags.steps} styles; wrote the best so far\n`);
      process.exitCode = EXIT_CODES.interrupted.code;
    }
    process.stdout.write(`${out}: ${changesOf(fit)}; best of ${fit.steps} styles\n`);
  } finally {
    bar.end();
    line.end();
    await file.abort();
  }
}

/** Writes the style; prints it where that fails, for a full disk must not lose the search. Throws NocturneError. */
async function writeStyle(file: LineFile, style: string): Promise<void> {
  try {
    await file.write(style);
    await file.finish();
    await file.commit();
  } catch (error) {
    process.stdout.write(`${style}\n`);
    process.stderr.write('note: printed the style to standard output, since it cannot be written\n');
    throw error;
  }
}

function isSearch(progress: FitProgress): progress is SearchProgress {
  return progress.step === 'fitting';
}

function formatSearch({ done, expected, start, now, best }: SearchProgress, hasBar: boolean): string {
  const columns = [`start ${formatDistances(start)}`, `now ${formatDistances(now)}`, `best ${formatDistances(best)}`];
  return `${formatShare(done, expected, hasBar)}  ${done}/${expected}  ${columns.join('  ')}`;
}

function formatDistances({ layout, swd, lights }: NightDistances): string {
  return `${layout.toFixed(3)} ${swd.toFixed(3)} ${lights.toFixed(2)}`;
}

/** The style that is written: named for the file, its numbers rounded, described by what it was fitted to. */
function styleFile(fit: StyleFit, nights: string, flags: Pick<FitStyleFlags, 'out' | 'days' | 'from'>): unknown {
  const nameOf = (path: string): string => basename(resolve(path));
  const days = flags.days === undefined ? `${fit.days} painted streets` : `${fit.days} days of ${nameOf(flags.days)}`;
  const description =
    `Fitted to ${fit.nights} nights of ${nameOf(nights)} on ${days}, starting from ${nameOf(flags.from)}: ` +
    `${changesOf(fit)}.`;
  return rounded({ ...fit.style, name: basename(flags.out, extname(flags.out)), description });
}

function changesOf({ start, best }: StyleFit): string {
  const change = (key: keyof NightDistances): string => `${start[key].toFixed(3)} to ${best[key].toFixed(3)}`;
  return `layout ${change('layout')}, sliced Wasserstein ${change('swd')}, lights ${change('lights')}`;
}

function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(DIGITS));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]));
}
