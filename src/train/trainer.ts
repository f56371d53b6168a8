import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { abortedError } from '../core/errors.js';
import type { Backend } from './backends/backend.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';
import type { Dataset, DatasetState } from './data/dataset.js';
import { learningRateFactor } from './learning-rate.js';
import { CycleGan, type ModelState } from './models/cycle-gan.js';
import { GradeTeacher } from './models/grade-teacher.js';
import type { Losses } from './models/trainable-network.js';
import { formatOptionsFile, type TrainOptions } from './options.js';
import { readVector } from './parameter-vector.js';
import { createRunFolder, writeReportFile } from './report/report-file.js';
import type { Sample, Validation, ValidationMetrics } from './validation.js';

/** Options of {@link runTraining}. */
export interface TrainerOptions {
  readonly trainOptions: TrainOptions;
  readonly dataset: Dataset;
  readonly validation: Validation;
  /** Folder of the checkpoints; created if missing. */
  readonly folder: string;
  /** What computes; recorded in `options.json`. */
  readonly backend: Pick<Backend, 'name' | 'device'>;
  /** Whether to continue from the last checkpoint in `folder`, which must be of the same options. */
  readonly isResumed?: boolean;
  readonly signal?: AbortSignal;
  /** Called every `logEvery` steps and after each validation, with the mean losses since the last call. */
  readonly onLosses?: (entry: LossEntry) => void | Promise<void>;
  readonly onSamples?: (step: number, samples: readonly Sample[]) => void | Promise<void>;
}

/** Mean losses of some steps. */
export interface LossEntry {
  /** Steps done. */
  readonly step: number;
  readonly steps: number;
  /** Seconds since this run started or resumed. */
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly learningRate: number;
  readonly epoch: number;
  readonly losses: Readonly<Record<string, number>>;
  /** Set on the steps with a validation. */
  readonly validation?: ValidationMetrics & { readonly isBest: boolean };
}

/** Metrics of the best checkpoint, and its step. */
interface BestMetrics extends ValidationMetrics {
  readonly step: number;
}

/** The result of a training. */
export interface TrainResult {
  readonly step: number;
  readonly best: BestMetrics | undefined;
}

/** The newest state, to resume from. */
export const LAST_CHECKPOINT = 'last.ckpt';
/** The averaged weights with the lowest validation score: what is exported. */
export const BEST_CHECKPOINT = 'best.ckpt';
/** The options of a run. */
export const OPTIONS_FILE = 'options.json';
/** Images on a sample sheet. */
const SAMPLES = 12;

/** Trains to the last step, or until the signal aborts it after a checkpoint. Throws NocturneError ABORTED, OUTPUT_*, INPUT_*, MODEL_INVALID. */
export async function runTraining(options: TrainerOptions): Promise<TrainResult> {
  await createRunFolder(options.folder);
  const trainer = new Trainer(options, await openTeacher(options.trainOptions));
  try {
    if (options.isResumed) await trainer.resume();
    await writeOptionsFile(options);
    return await trainer.run();
  } finally {
    trainer.close();
  }
}

async function writeOptionsFile({ folder, trainOptions, backend }: TrainerOptions): Promise<void> {
  const path = join(folder, OPTIONS_FILE);
  await writeReportFile(path, formatOptionsFile(trainOptions, backend));
}

/** The teacher of a network that predicts looks. */
async function openTeacher({
  generator,
  teacherExposure,
  teacherLights,
  teacherWarmth,
}: TrainOptions): Promise<GradeTeacher | undefined> {
  if (generator !== 'nightgrid') return undefined;
  return GradeTeacher.open({ exposure: teacherExposure, lights: teacherLights, warmth: teacherWarmth });
}

class Trainer {
  readonly #options: TrainerOptions;
  readonly #trainOptions: TrainOptions;
  readonly #model: CycleGan;
  readonly #teacher: GradeTeacher | undefined;
  #step = 0;
  #best: BestMetrics | undefined;
  /** Seconds of training before this run resumed. */
  #previousSeconds = 0;
  #started = performance.now();
  /** Step and time of the last loss entry. */
  #logged = { step: 0, at: 0 };
  #sums: Record<string, tf.Scalar> = {};
  #counts: Record<string, number> = {};

  constructor(options: TrainerOptions, teacher: GradeTeacher | undefined) {
    this.#options = options;
    this.#trainOptions = options.trainOptions;
    this.#model = new CycleGan(options.trainOptions);
    this.#teacher = teacher;
  }

  /** Restores the last checkpoint. */
  async resume(): Promise<void> {
    const { header, arrays } = await readCheckpoint(join(this.#options.folder, LAST_CHECKPOINT));
    const saved = header as unknown as Header; // written by #save
    this.#model.load({ arrays, random: saved.random, pooled: saved.pooled });
    this.#options.dataset.restore(saved.dataset);
    this.#step = saved.step;
    this.#previousSeconds = saved.seconds;
    this.#best = saved.best?.step === undefined ? undefined : saved.best; // early checkpoints have no step
  }

  async run(): Promise<TrainResult> {
    const { signal, validation, onSamples } = this.#options;
    const { steps, validateEvery, logEvery, sampleEvery, checkpointEvery } = this.#trainOptions;
    this.#started = performance.now();
    this.#logged = { step: this.#step, at: this.#started };
    while (this.#step < steps) {
      if (signal?.aborted) {
        await this.#save();
        throw abortedError(`step ${steps}`, 'train', `Continue from step ${this.#step} with --resume.`);
      }
      this.#accumulate(await this.#trainStep());
      this.#step++;
      const isLast = this.#step === steps;
      const isDue = (every: number): boolean => isLast || this.#step % every === 0;
      const isValidated = isDue(validateEvery);
      const isLogged = isValidated || isDue(logEvery);
      if (isLogged) await this.#log(isValidated);
      if (isDue(sampleEvery)) await onSamples?.(this.#step, await validation.samples(this.#model, SAMPLES));
      if (isDue(checkpointEvery)) await this.#save();
      if (isLogged) this.#logged = { step: this.#step, at: performance.now() }; // excludes the time of validation and saving
    }
    return { step: this.#step, best: this.#best };
  }

  close(): void {
    this.#model.close();
    tf.dispose(Object.values(this.#sums));
  }

  async #trainStep(): Promise<Losses> {
    const { batch: batchSize, nightShare, distillSteps, rateDistill } = this.#trainOptions;
    const batch = this.#options.dataset.next(batchSize);
    const nights = Math.round(batchSize * nightShare);
    const inputs = new Float32Array(batch.a.length + (nights * batch.b.length) / batchSize);
    inputs.set(batch.a);
    inputs.set(batch.b.subarray(0, inputs.length - batch.a.length), batch.a.length);
    this.#model.setInput(batch, await this.#teacher?.targets(inputs));
    if (this.#step < distillSteps && this.#model.predictsLooks) return this.#model.distill(rateDistill);
    return this.#model.optimizeParameters(this.#step, this.#learningRates(this.#step));
  }

  /** CycleGAN's schedule, by steps instead of epochs: constant, then a linear decay to zero. */
  #learningRates(step: number): { rateG: number; rateD: number } {
    const { steps, distillSteps, constantShare, rateG, rateD } = this.#trainOptions;
    const length = Math.max(1, steps - distillSteps);
    const constant = Math.round(constantShare * length);
    const factor = learningRateFactor(Math.max(0, step - distillSteps), { constant, decay: length - constant });
    return { rateG: rateG * factor, rateD: rateD * factor };
  }

  /** Reports the losses since the last call, with a validation where asked. */
  async #log(isValidated: boolean): Promise<void> {
    const losses = await this.#meanLosses();
    const now = performance.now();
    const stepsPerSecond = (1000 * (this.#step - this.#logged.step)) / (now - this.#logged.at);
    const validation = isValidated ? await this.#validate() : undefined;
    await this.#options.onLosses?.({
      step: this.#step,
      steps: this.#trainOptions.steps,
      seconds: (now - this.#started) / 1000,
      stepsPerSecond,
      learningRate: this.#learningRates(this.#step - 1).rateG,
      epoch: this.#options.dataset.epoch,
      losses,
      ...(validation && { validation }),
    });
  }

  /** Measures the averaged weights, and saves them if they are the best so far. */
  async #validate(): Promise<ValidationMetrics & { isBest: boolean }> {
    const { folder, validation } = this.#options;
    const metrics = await validation.measure(this.#model);
    const isBest = !this.#best || metrics.score < this.#best.score;
    if (isBest) {
      this.#best = { ...metrics, step: this.#step };
      const { average, vector } = this.#model.netGA;
      const weights = average ? await average.read() : await readVector(vector.flat);
      const header = { options: this.#trainOptions, step: this.#step, metrics };
      await writeCheckpoint(join(folder, BEST_CHECKPOINT), { header, arrays: new Map([['netGA', weights]]) });
    }
    return { ...metrics, isBest };
  }

  async #save(): Promise<void> {
    const { arrays, random, pooled } = await this.#model.state();
    const header: Header = {
      options: this.#trainOptions,
      step: this.#step,
      random,
      pooled,
      dataset: this.#options.dataset.state(),
      seconds: this.#previousSeconds + (performance.now() - this.#started) / 1000,
      ...(this.#best && { best: this.#best }),
    };
    await writeCheckpoint(join(this.#options.folder, LAST_CHECKPOINT), { header: { ...header }, arrays });
  }

  /** Adds losses up on the device: reading each one would stall it. */
  #accumulate(losses: Losses): void {
    for (const [name, loss] of Object.entries(losses)) {
      const sum = this.#sums[name];
      this.#sums[name] = sum ? tf.tidy(() => tf.keep(tf.add(sum, loss))) : loss;
      if (sum) tf.dispose([sum, loss]);
      this.#counts[name] = (this.#counts[name] ?? 0) + 1;
    }
  }

  async #meanLosses(): Promise<Record<string, number>> {
    const means: Record<string, number> = {};
    for (const [name, sum] of Object.entries(this.#sums)) {
      means[name] = ((await sum.data())[0] ?? 0) / (this.#counts[name] ?? 1);
      sum.dispose();
    }
    this.#sums = {};
    this.#counts = {};
    return means;
  }
}

/** The header of the last checkpoint. */
interface Header extends Omit<ModelState, 'arrays'> {
  readonly options: TrainOptions;
  readonly step: number;
  readonly dataset: DatasetState;
  /** Seconds of training so far. */
  readonly seconds: number;
  readonly best?: BestMetrics;
}
