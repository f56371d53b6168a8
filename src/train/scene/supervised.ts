import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { decodeText } from '../../core/decode-text.js';
import { abortedError, NocturneError } from '../../core/errors.js';
import { readCheckpoint, writeCheckpoint, type NamedArrays } from '../checkpoint.js';
import type { NetworkOrigin } from '../../infer/model-card.js';
import type { Losses } from '../models/trainable-network.js';
import type { Weights } from '../networks/ops.js';
import { formatOptionsFile, parseOptionsFile } from '../options.js';
import { LossLog } from '../report/loss-log.js';
import { writeLossPage } from '../report/loss-page.js';
import { createRunFolder, writeReportFile } from '../report/report-file.js';
import type { TrainingProgress } from '../report/training-progress.js';
import { BEST_CHECKPOINT, LAST_CHECKPOINT, OPTIONS_FILE } from '../trainer.js';

/** Where a supervised training runs, and whom it reports to. */
export interface SupervisedRun {
  /** Folder of the run: options, checkpoints, log and page. */
  readonly run: string;
  readonly isResumed: boolean;
  /** A trained network of the recipe to start from: its `.onnx` file, card or folder. Default: random weights. */
  readonly init?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Receives lines for the terminal: the result of each validation. */
  readonly onLine?: (line: string) => void;
}

/** Options that every supervised training has. */
interface SupervisedOptions {
  readonly steps: number;
  readonly logEvery: number;
  readonly validateEvery: number;
  readonly checkpointEvery: number;
}

/** The result of a run. */
export interface SupervisedResult<M> {
  readonly step: number;
  /** Metrics of the best checkpoint. */
  readonly best: M | undefined;
  /** The checkpoint for `nocturne export`. */
  readonly checkpoint: string;
}

/** What {@link runSupervised} trains. */
interface SupervisedTask<M> {
  /** In the header of the best checkpoint. */
  readonly recipe: string;
  readonly run: SupervisedRun;
  readonly options: SupervisedOptions;
  /** The network that a new run starts from; a resumed run reads it from its checkpoint. */
  readonly init: NetworkOrigin | undefined;
  readonly backend: { readonly name: 'tensorflow' | 'webgpu' | 'wasm'; readonly device: string };
  readonly model: {
    state(): Promise<NamedArrays>;
    load(state: NamedArrays): void;
    /** Plain averaged weights. */
    weights(): Promise<Weights>;
  };
  readonly data: { readonly state: number; restore(state: number): void };
  /** The learning rate at a step. */
  readonly rateAt: (step: number) => number;
  /** Runs one step; the losses, which need not be the same in every step, are disposed by the caller. */
  readonly train: (step: number, rate: number) => Losses;
  /** Measures weights of a step on what was held back; a higher score is better. */
  readonly measure: (weights: Weights, step: number) => Promise<M>;
  readonly describe: (metrics: M) => string;
  /** Metrics for the log. */
  readonly numbers: (metrics: M) => Readonly<Record<string, number>>;
  /** Writes a sample sheet of some weights; default: the run has none. */
  readonly writeSamples?: (weights: Weights, step: number) => Promise<void>;
}

/** A learning rate that rises to `rate` over `warmUp` steps and falls to 0 along a cosine. */
export function cosineRate(
  { rate, warmUp, steps }: { readonly rate: number; readonly warmUp: number; readonly steps: number },
  step: number,
): number {
  if (step < warmUp) return (rate * (step + 1)) / warmUp;
  return 0.5 * rate * (1 + Math.cos((Math.PI * (step - warmUp)) / Math.max(1, steps - warmUp)));
}

/** The header of the last checkpoint. */
interface Header<M> {
  readonly step: number;
  readonly random: number;
  readonly seconds: number;
  readonly init?: NetworkOrigin;
  readonly best?: M;
}

/**
 * The options of a run: the given ones, or on resuming those of the run, which must not change but for the number of steps.
 * Throws NocturneError CONFIG_INVALID, OUTPUT_EXISTS or INPUT_NOT_FOUND.
 */
export function supervisedOptions<O extends object>(
  { run, isResumed, options }: SupervisedRun & { readonly options: Readonly<Record<string, unknown>> },
  parse: (given: Readonly<Record<string, unknown>>) => O,
): O {
  const path = join(run, OPTIONS_FILE);
  if (!isResumed) {
    if (!existsSync(join(run, LAST_CHECKPOINT))) return parse(options);
    const message = `${run} holds a run already.`;
    const remedy = 'Pass --resume or another --run.';
    throw new NocturneError({ code: 'OUTPUT_EXISTS', stage: 'train', message, remedy });
  }
  if (!existsSync(path)) {
    const message = `no run to resume at ${run}: cannot read ${path}.`;
    throw new NocturneError({ code: 'INPUT_NOT_FOUND', stage: 'train', message, remedy: 'Leave out --resume.' });
  }
  const saved = parse(parseOptionsFile(decodeText(readFileSync(path))));
  const result = parse({ ...saved, ...options });
  const changed = Object.entries(result).find(
    ([key, value]) => saved[key as keyof O] !== value && key !== 'steps', // a key of the options
  );
  if (!changed) return result;
  const message = `a resumed run keeps its options, got another ${changed[0]}.`;
  throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, remedy: 'Start a new --run.' });
}

/** Trains to the last step, or until the signal aborts it after a checkpoint. Throws NocturneError ABORTED, OUTPUT_*, INPUT_*, MODEL_INVALID. */
export async function runSupervised<M extends { readonly score: number }>(
  task: SupervisedTask<M>,
): Promise<SupervisedResult<M>> {
  const { run, options, backend, recipe } = task;
  await createRunFolder(run.run);
  const path = join(run.run, OPTIONS_FILE);
  await writeReportFile(path, formatOptionsFile(options, backend));
  const log = await LossLog.open(run.run);
  try {
    const training = new SupervisedTraining(task, log, { recipe, backend: backend.name, device: backend.device });
    if (run.isResumed) await training.resume();
    return await training.run();
  } finally {
    await log.close();
  }
}

class SupervisedTraining<M extends { readonly score: number }> {
  readonly #task: SupervisedTask<M>;
  readonly #log: LossLog;
  readonly #facts: Readonly<Record<string, string>>;
  #step = 0;
  #init: NetworkOrigin | undefined;
  #best: M | undefined;
  /** Seconds of training before this run resumed. */
  #previousSeconds = 0;
  readonly #started = performance.now();

  constructor(task: SupervisedTask<M>, log: LossLog, facts: Readonly<Record<string, string>>) {
    this.#task = task;
    this.#init = task.init;
    this.#log = log;
    this.#facts = facts;
  }

  async resume(): Promise<void> {
    const { header, arrays } = await readCheckpoint(this.#path(LAST_CHECKPOINT));
    const saved = header as unknown as Header<M>; // written by #save
    this.#task.model.load(arrays);
    this.#task.data.restore(saved.random);
    this.#step = saved.step;
    this.#init = saved.init;
    this.#best = saved.best;
    this.#previousSeconds = saved.seconds;
  }

  async run(): Promise<SupervisedResult<M>> {
    const { steps, logEvery, validateEvery, checkpointEvery } = this.#task.options;
    let losses: LossSums = {};
    let logged = { step: this.#step, at: performance.now() };
    while (this.#step < steps) {
      if (this.#task.run.signal?.aborted) {
        await this.#save();
        throw abortedError(`step ${steps}`, 'train', `Continue from step ${this.#step} with --resume.`);
      }
      await addLosses(losses, this.#task.train(this.#step, this.#task.rateAt(this.#step)));
      this.#step++;
      const isDue = (every: number): boolean => this.#step === steps || this.#step % every === 0;
      const isValidated = isDue(validateEvery);
      if (isDue(logEvery) || isValidated) {
        const count = this.#step - logged.step;
        const stepsPerSecond = (1000 * count) / (performance.now() - logged.at);
        const means = Object.fromEntries(Object.entries(losses).map(([name, { sum, steps: of }]) => [name, sum / of]));
        await this.#report(means, stepsPerSecond, isValidated ? await this.#validate() : undefined);
        losses = {};
        logged = { step: this.#step, at: performance.now() };
      }
      if (isDue(checkpointEvery)) await this.#save();
    }
    return { step: this.#step, best: this.#best, checkpoint: this.#path(BEST_CHECKPOINT) };
  }

  #path(name: string): string {
    return join(this.#task.run.run, name);
  }

  get #seconds(): number {
    return this.#previousSeconds + (performance.now() - this.#started) / 1000;
  }

  async #report(losses: Record<string, number>, stepsPerSecond: number, metrics: M | undefined): Promise<void> {
    const { run, options, recipe, describe, numbers } = this.#task;
    const { steps } = options;
    const secondsLeft = (steps - this.#step) / stepsPerSecond;
    run.onProgress?.({ step: this.#step, totalSteps: steps, stepsPerSecond, secondsLeft, losses });
    await this.#log.append({
      step: this.#step,
      seconds: this.#seconds,
      epoch: 0,
      losses,
      learningRates: { [recipe]: this.#task.rateAt(this.#step) },
      ...(metrics && { metrics: numbers(metrics) }),
    });
    if (!metrics) return;
    run.onLine?.(`step ${this.#step}: ${describe(metrics)}`);
    await writeLossPage(run.run, {
      title: basename(resolve(run.run)),
      totalSteps: steps,
      isRunning: this.#step < steps,
      secondsLeft,
      facts: this.#facts,
    });
  }

  /** Measures the averaged weights, and saves them if they are the best so far. */
  async #validate(): Promise<M> {
    const { recipe, options, model, measure } = this.#task;
    const weights = await model.weights();
    const metrics = await measure(weights, this.#step);
    if (!this.#best || metrics.score > this.#best.score) {
      this.#best = metrics;
      const header = { recipe, options, step: this.#step, metrics, ...(this.#init && { init: this.#init }) };
      await writeCheckpoint(this.#path(BEST_CHECKPOINT), { header, arrays: weights });
    }
    await this.#task.writeSamples?.(weights, this.#step);
    return metrics;
  }

  async #save(): Promise<void> {
    const header: Header<M> = {
      step: this.#step,
      random: this.#task.data.state,
      seconds: this.#seconds,
      ...(this.#init && { init: this.#init }),
      ...(this.#best && { best: this.#best }),
    };
    const arrays = await this.#task.model.state();
    await writeCheckpoint(this.#path(LAST_CHECKPOINT), { header: { ...header }, arrays });
  }
}

/** Sums of losses, and over how many steps. */
type LossSums = Record<string, { readonly sum: number; readonly steps: number }>;

async function addLosses(sums: LossSums, losses: Losses): Promise<void> {
  for (const [name, loss] of Object.entries(losses)) {
    const { sum, steps } = sums[name] ?? { sum: 0, steps: 0 };
    sums[name] = { sum: sum + ((await loss.data())[0] ?? 0), steps: steps + 1 };
    tf.dispose(loss);
  }
}
