import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { NocturneError } from '../core/errors.js';
import { openBackend, type BackendChoice } from './backends/open-backend.js';
import { readCheckpoint } from './checkpoint.js';
import { trainOptions, type TrainOptions } from './options.js';
import { LossLog } from './report/loss-log.js';
import { writeLossPage } from './report/loss-page.js';
import { sheetPath } from './report/loss-page.js';
import { writeSampleSheet } from './report/sample-sheet.js';
import type { TrainingProgress } from './report/training-progress.js';
import {
  BEST_CHECKPOINT,
  LAST_CHECKPOINT,
  OPTIONS_FILE,
  runTraining,
  type BestFigures,
  type LossEntry,
} from './trainer.js';
import { loadTrainingData, type TrainingSource } from './training-data.js';
import { Validation, type Sample } from './validation.js';

/** What {@link train} is asked to do. */
export interface TrainSettings {
  readonly source: TrainingSource;
  /** Folder of the run: options, checkpoints, sheets, log and page. */
  readonly run: string;
  readonly backend: BackendChoice;
  /** Given values of the training options; the rest have their defaults, on resuming the run's own, from which none may differ. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly isResumed: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Lines for a person: the data check, the options, what a validation gave. */
  readonly onLine?: (line: string) => void;
  /** Told before the first step: what is about to run. */
  readonly onPlan?: (plan: TrainPlan) => void;
}

/** A training that is about to run. */
export interface TrainPlan {
  readonly options: TrainOptions;
  readonly backend: string;
  /** Lines of the data check. */
  readonly report: readonly string[];
}

/** What a training left. */
export interface TrainOutcome {
  readonly step: number;
  readonly best: BestFigures | undefined;
  /** The checkpoint that `nocturne export` takes. */
  readonly checkpoint: string;
}

/**
 * Trains a generator and keeps everything of the run in one folder. Throws NocturneError: CONFIG_INVALID, INPUT_*, OUTPUT_*,
 * DEVICE_UNAVAILABLE, ABORTED (the run can be resumed).
 */
export async function train(settings: TrainSettings): Promise<TrainOutcome> {
  const { run, isResumed } = settings;
  const options = isResumed ? resumedOptions(run, settings.options) : trainOptions(settings.options);
  if (!isResumed && existsSync(join(run, LAST_CHECKPOINT))) {
    throw new NocturneError({
      code: 'OUTPUT_EXISTS',
      stage: 'train',
      message: `${run} holds a run already.`,
      remedy: 'Go on with it by --resume, or name another --run.',
    });
  }
  const data = await loadTrainingData(settings.source, options);
  await using backend = await openBackend(settings.backend);
  await mkdir(run, { recursive: true });
  const validation = new Validation(data.validation);
  settings.onPlan?.({ options, backend: backend.description, report: data.report });
  const report = await RunReport.open(settings, options, {
    generator: options.generator,
    device: backend.description,
    pictures: `${data.counts.days} days, ${data.counts.nights} nights, ${data.counts.heldBack} held back`,
    'days held back': `layout ${validation.ofDays.layout.toFixed(4)}, swd ${validation.ofDays.swd.toFixed(4)}`,
  });
  try {
    const result = await runTraining({
      options,
      dataset: data.dataset,
      validation,
      folder: run,
      isResumed,
      ...(settings.signal && { signal: settings.signal }),
      onLosses: (entry) => report.addLosses(entry),
      onSamples: (step, samples) => report.addSamples(step, samples),
    });
    return { ...result, checkpoint: join(run, BEST_CHECKPOINT) };
  } finally {
    await report.close();
  }
}

/** The options a run was started with; refuses given ones that differ. */
function resumedOptions(run: string, given: Readonly<Record<string, unknown>>): TrainOptions {
  const options = savedOptions(run);
  const wanted = trainOptions({ ...options, ...given });
  for (const key of Object.keys(options) as (keyof TrainOptions)[]) {
    if (wanted[key] === options[key]) continue;
    throw new NocturneError({
      code: 'CONFIG_INVALID',
      stage: 'train',
      message: `${run} was started with ${key}=${String(options[key])}, got ${key}=${String(wanted[key])}.`,
      remedy: 'A resumed run keeps its options: leave them out, or start another --run.',
    });
  }
  return options;
}

function savedOptions(run: string): TrainOptions {
  const path = join(run, OPTIONS_FILE);
  try {
    return trainOptions(JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>); // checked key by key
  } catch (cause) {
    if (cause instanceof NocturneError) throw cause;
    const message = `no run to resume at ${run}: ${path} cannot be read.`;
    throw new NocturneError({ code: 'INPUT_NOT_FOUND', stage: 'train', message, remedy: 'Leave out --resume.', cause });
  }
}

/** What a run leaves for people: log, page, sheets, and the line on the terminal. */
class RunReport {
  readonly #settings: TrainSettings;
  readonly #options: TrainOptions;
  readonly #facts: Readonly<Record<string, string>>;
  readonly #log: LossLog;
  /** Seconds of the runs before this one. */
  readonly #before: number;
  #secondsLeft: number | undefined;

  private constructor(
    settings: TrainSettings,
    options: TrainOptions,
    rest: { facts: Readonly<Record<string, string>>; log: LossLog; before: number },
  ) {
    this.#settings = settings;
    this.#options = options;
    this.#facts = rest.facts;
    this.#log = rest.log;
    this.#before = rest.before;
  }

  static async open(
    settings: TrainSettings,
    options: TrainOptions,
    facts: Readonly<Record<string, string>>,
  ): Promise<RunReport> {
    const path = join(settings.run, LAST_CHECKPOINT);
    const seconds = settings.isResumed ? (await readCheckpoint(path)).header['seconds'] : 0;
    const before = typeof seconds === 'number' ? seconds : 0;
    return new RunReport(settings, options, { facts, log: await LossLog.open(settings.run), before });
  }

  async addLosses(entry: LossEntry): Promise<void> {
    const { step, steps, seconds, stepsPerSecond, losses, learningRate, epoch, validation } = entry;
    const secondsLeft = secondsUntilEnd(entry, this.#options);
    this.#secondsLeft = secondsLeft;
    this.#settings.onProgress?.({ step, totalSteps: steps, stepsPerSecond, secondsLeft, losses });
    await this.#log.append({
      step,
      seconds: this.#before + seconds,
      epoch,
      losses,
      learningRates: { netGA: learningRate },
      ...(validation && {
        metrics: { layout: validation.layout, swd: validation.swd, score: validation.score },
      }),
    });
    if (!validation) return;
    const { layout, swd, score, isBest } = validation;
    const mark = isBest ? ', the best so far' : '';
    this.#settings.onLine?.(
      `step ${step}: layout ${layout.toFixed(4)}, swd ${swd.toFixed(4)}, score ${score.toFixed(3)}${mark}`,
    );
    await this.#writePage(true);
  }

  async addSamples(step: number, samples: readonly Sample[]): Promise<void> {
    await writeSampleSheet(sheetPath(this.#settings.run, step), {
      title: `step ${step}`,
      columns: ['day', 'night', 'light cores'],
      rows: samples.map(({ day, night, core }, i) => ({
        label: `${i + 1}`,
        cells: [
          { layout: 'nchw', data: day },
          { layout: 'nchw', data: night },
          core && { layout: 'map', data: core, width: 128, height: 72 },
        ],
      })),
    });
    await this.#writePage(true);
  }

  async close(): Promise<void> {
    await this.#log.close();
    await this.#writePage(false);
  }

  #writePage(isRunning: boolean): Promise<void> {
    const { run } = this.#settings;
    const title = basename(resolve(run));
    const { steps: totalSteps } = this.#options;
    return writeLossPage(run, { title, totalSteps, isRunning, secondsLeft: this.#secondsLeft, facts: this.#facts });
  }
}

/** Time of a step against the discriminators over one of the lesson's: 2.4 to 3.3 (docs/training-backends.md). */
const GAME_STEP_COST = 2.6;

/** Seconds to the last step at the rate of the last ones; undefined when unknown. */
function secondsUntilEnd({ step, steps, stepsPerSecond }: LossEntry, options: TrainOptions): number | undefined {
  if (stepsPerSecond <= 0) return undefined;
  const lessons = options.generator === 'nightgrid' ? Math.min(options.distillSteps, steps) : 0;
  const isLesson = step <= lessons; // the rate is that of the steps until this one
  const left = Math.max(0, lessons - step);
  return (left + (steps - step - left) * (isLesson ? GAME_STEP_COST : 1)) / stepsPerSecond;
}
