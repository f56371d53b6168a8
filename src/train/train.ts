import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { decodeText } from '../core/decode-text.js';
import { NocturneError } from '../core/errors.js';
import type { Backend } from './backends/backend.js';
import { openBackend, type BackendChoice } from './backends/open-backend.js';
import { readCheckpoint } from './checkpoint.js';
import { parseOptionsFile, trainOptions, type TrainOptions } from './options.js';
import { LossLog } from './report/loss-log.js';
import { sheetPath, writeLossPage } from './report/loss-page.js';
import { createRunFolder } from './report/report-file.js';
import { writeSampleSheet } from './report/sample-sheet.js';
import type { TrainingProgress } from './report/training-progress.js';
import {
  BEST_CHECKPOINT,
  LAST_CHECKPOINT,
  OPTIONS_FILE,
  runTraining,
  type LossEntry,
  type TrainResult,
} from './trainer.js';
import { loadTrainingData, type TrainingData, type TrainingSource } from './training-data.js';
import { Validation, type Sample } from './validation.js';

/** Options of {@link train}. */
export interface TrainRunOptions {
  readonly source: TrainingSource;
  /** Folder of the run: options, checkpoints, sheets, log and page. */
  readonly run: string;
  readonly backend: BackendChoice;
  /** Given training options. The rest have their defaults, or on resuming the values of the run, which must not change. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly isResumed: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Receives lines for the terminal: the result of each validation. */
  readonly onLine?: (line: string) => void;
  /** Receives one-line warnings: a backend that is installed but does not load. */
  readonly onWarning?: (line: string) => void;
  /** Called before the first step. */
  readonly onStart?: (start: TrainStart) => void;
}

/** What is about to run. */
interface TrainStart {
  readonly options: TrainOptions;
  readonly backend: Pick<Backend, 'name' | 'device'>;
  /** Lines of the data check. */
  readonly report: readonly string[];
}

/** The result of a run. */
export interface TrainRunResult extends TrainResult {
  /** The checkpoint for `nocturne export`. */
  readonly checkpoint: string;
}

/**
 * Trains a generator; all its files are in one folder. Throws NocturneError: CONFIG_INVALID, INPUT_*, MODEL_INVALID, OUTPUT_*,
 * DEVICE_UNAVAILABLE, ABORTED (the run can be resumed).
 */
export async function train(runOptions: TrainRunOptions): Promise<TrainRunResult> {
  const { run, isResumed, signal } = runOptions;
  const options = isResumed ? resumedOptions(run, runOptions.options) : trainOptions(runOptions.options);
  if (!isResumed) checkIsNew(run);
  const data = await loadTrainingData(runOptions.source, options);
  await using backend = await openBackend(runOptions.backend, runOptions.onWarning);
  await createRunFolder(run);
  const validation = new Validation(data.validation, options);
  runOptions.onStart?.({ options, backend, report: data.report });
  const report = await RunReport.open(runOptions, options, factsOf(options, backend, data, validation));
  try {
    const result = await runTraining({
      trainOptions: options,
      dataset: data.dataset,
      validation,
      folder: run,
      backend,
      isResumed,
      ...(signal && { signal }),
      onLosses: (entry) => report.addLosses(entry),
      onSamples: (step, samples) => report.addSamples(step, samples),
    });
    return { ...result, checkpoint: join(run, BEST_CHECKPOINT) };
  } finally {
    await report.close();
  }
}

/** Facts for the loss page. */
function factsOf(
  { generator }: TrainOptions,
  backend: Backend,
  { counts }: TrainingData,
  { dayDistances }: Validation,
): Readonly<Record<string, string>> {
  return {
    generator,
    backend: backend.name,
    device: backend.device,
    images: `${counts.days} days, ${counts.nights} nights, ${counts.heldBack} held back`,
    'unchanged days': `layout ${dayDistances.layout.toFixed(4)}, swd ${dayDistances.swd.toFixed(4)}`,
  };
}

/** Throws NocturneError OUTPUT_EXISTS where the folder holds a run. */
function checkIsNew(run: string): void {
  if (!existsSync(join(run, LAST_CHECKPOINT))) return;
  throw new NocturneError({
    code: 'OUTPUT_EXISTS',
    stage: 'train',
    message: `${run} already holds a run.`,
    remedy: 'Continue it with --resume, or choose another --run.',
  });
}

/** The options a run was started with. Throws NocturneError CONFIG_INVALID for given ones that differ. */
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
    return trainOptions(parseOptionsFile(decodeText(readFileSync(path))));
  } catch (cause) {
    if (cause instanceof NocturneError) throw cause;
    const message = `no run to resume at ${run}: cannot read ${path}.`;
    throw new NocturneError({ code: 'INPUT_NOT_FOUND', stage: 'train', message, remedy: 'Leave out --resume.', cause });
  }
}

/** Reports a run: loss log, loss page, sample sheets, and progress on the terminal. */
class RunReport {
  readonly #runOptions: TrainRunOptions;
  readonly #options: TrainOptions;
  readonly #facts: Readonly<Record<string, string>>;
  readonly #log: LossLog;
  /** Seconds of training before this run resumed. */
  readonly #previousSeconds: number;
  #secondsLeft: number | undefined;

  private constructor(
    runOptions: TrainRunOptions,
    options: TrainOptions,
    rest: { facts: Readonly<Record<string, string>>; log: LossLog; previousSeconds: number },
  ) {
    this.#runOptions = runOptions;
    this.#options = options;
    this.#facts = rest.facts;
    this.#log = rest.log;
    this.#previousSeconds = rest.previousSeconds;
  }

  static async open(
    runOptions: TrainRunOptions,
    options: TrainOptions,
    facts: Readonly<Record<string, string>>,
  ): Promise<RunReport> {
    const path = join(runOptions.run, LAST_CHECKPOINT);
    const seconds = runOptions.isResumed ? (await readCheckpoint(path)).header['seconds'] : 0;
    const previousSeconds = typeof seconds === 'number' ? seconds : 0;
    return new RunReport(runOptions, options, { facts, log: await LossLog.open(runOptions.run), previousSeconds });
  }

  async addLosses(entry: LossEntry): Promise<void> {
    const { step, steps, seconds, stepsPerSecond, losses, learningRate, epoch, validation } = entry;
    const secondsLeft = secondsUntilEnd(entry, this.#options);
    this.#secondsLeft = secondsLeft;
    this.#runOptions.onProgress?.({ step, totalSteps: steps, stepsPerSecond, secondsLeft, losses });
    await this.#log.append({
      step,
      seconds: this.#previousSeconds + seconds,
      epoch,
      losses,
      learningRates: { netGA: learningRate },
      ...(validation && {
        metrics: { layout: validation.layout, swd: validation.swd, score: validation.score },
      }),
    });
    if (!validation) return;
    const { layout, swd, score, isBest } = validation;
    const mark = isBest ? ', best so far' : '';
    this.#runOptions.onLine?.(
      `step ${step}: layout ${layout.toFixed(4)}, swd ${swd.toFixed(4)}, score ${score.toFixed(3)}${mark}`,
    );
    await this.#writePage(true);
  }

  async addSamples(step: number, samples: readonly Sample[]): Promise<void> {
    await writeSampleSheet(sheetPath(this.#runOptions.run, step), {
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
    const { run } = this.#runOptions;
    const title = basename(resolve(run));
    const { steps: totalSteps } = this.#options;
    return writeLossPage(run, { title, totalSteps, isRunning, secondsLeft: this.#secondsLeft, facts: this.#facts });
  }
}

/** Time of an adversarial step relative to a distillation step: 2.4 to 3.3 (docs/training-backends.md). */
const ADVERSARIAL_STEP_COST = 2.6;

/** Seconds to the last step, by the rate of the latest steps; undefined when unknown. */
function secondsUntilEnd({ step, steps, stepsPerSecond }: LossEntry, options: TrainOptions): number | undefined {
  if (stepsPerSecond <= 0) return undefined;
  const distillSteps = options.generator === 'nightgrid' ? Math.min(options.distillSteps, steps) : 0;
  const isDistillation = step <= distillSteps; // the rate is that of the steps up to this one
  const distillLeft = Math.max(0, distillSteps - step);
  const adversarialLeft = steps - step - distillLeft;
  return (distillLeft + adversarialLeft * (isDistillation ? ADVERSARIAL_STEP_COST : 1)) / stepsPerSecond;
}
