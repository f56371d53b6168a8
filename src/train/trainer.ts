import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { abortedError } from '../core/errors.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';
import type { Dataset, DatasetState } from './data/dataset.js';
import { learningRateFactor } from './learning-rate.js';
import { CycleGan, type ModelState } from './models/cycle-gan.js';
import { GradeTeacher } from './models/grade-teacher.js';
import type { Losses } from './models/value-and-gradients.js';
import type { TrainOptions } from './options.js';
import type { Sample, Validation, ValidationFigures } from './validation.js';

/** What a training tells while it runs. */
export interface TrainEvents {
  /** Mean losses since the last call, every `logEvery` steps and with each validation. */
  readonly onLosses?: (entry: LossEntry) => void | Promise<void>;
  readonly onSamples?: (step: number, samples: readonly Sample[]) => void | Promise<void>;
}

/** Losses of some steps. */
export interface LossEntry {
  /** Steps done. */
  readonly step: number;
  readonly steps: number;
  /** Since this run began, seconds; a resumed one begins anew. */
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly learningRate: number;
  readonly epoch: number;
  readonly losses: Readonly<Record<string, number>>;
  /** Of the held-back pictures, on the steps that measured them. */
  readonly validation?: ValidationFigures & { readonly isBest: boolean };
}

/** What a training is made of. */
export interface TrainJob extends TrainEvents {
  readonly options: TrainOptions;
  readonly dataset: Dataset;
  readonly validation: Validation;
  /** Where checkpoints go; it is made. */
  readonly folder: string;
  /** Goes on from `folder`'s last checkpoint; its options must be the job's. */
  readonly isResumed?: boolean;
  readonly signal?: AbortSignal;
}

/** Figures of the best checkpoint, and its step. */
export interface BestFigures extends ValidationFigures {
  readonly step: number;
}

/** How a training ended. */
export interface TrainResult {
  readonly step: number;
  readonly best: BestFigures | undefined;
}

/** The newest state, from which a training goes on. */
export const LAST_CHECKPOINT = 'last.ckpt';
/** The average weights that did best on the validation pictures: what is exported. */
export const BEST_CHECKPOINT = 'best.ckpt';
/** The options that a run was started with. */
export const OPTIONS_FILE = 'options.json';
/** Pictures on a sample sheet. */
const SAMPLES = 12;

/** Trains to the last step, or until the signal stops it after a checkpoint. Throws NocturneError ABORTED, OUTPUT_*, INPUT_*. */
export async function runTraining(job: TrainJob): Promise<TrainResult> {
  await mkdir(job.folder, { recursive: true });
  const trainer = new Trainer(job, await teacherOf(job.options));
  try {
    if (job.isResumed) await trainer.resume();
    else await writeFile(join(job.folder, OPTIONS_FILE), `${JSON.stringify(job.options, null, 2)}\n`);
    return await trainer.run();
  } finally {
    trainer.close();
  }
}

/** Networks that make looks have a teacher. */
async function teacherOf({
  generator,
  teacherExposure,
  teacherLights,
  teacherWarmth,
}: TrainOptions): Promise<GradeTeacher | undefined> {
  if (generator !== 'nightgrid') return undefined;
  return GradeTeacher.open({ exposure: teacherExposure, lights: teacherLights, warmth: teacherWarmth });
}

class Trainer {
  readonly #job: TrainJob;
  readonly #model: CycleGan;
  readonly #teacher: GradeTeacher | undefined;
  #step = 0;
  #best: BestFigures | undefined;
  #before = 0;
  #started = performance.now();
  #sums: Record<string, tf.Scalar> = {};
  #counts: Record<string, number> = {};

  constructor(job: TrainJob, teacher: GradeTeacher | undefined) {
    this.#job = job;
    this.#model = new CycleGan(job.options);
    this.#teacher = teacher;
  }

  /** Goes on from the last checkpoint. */
  async resume(): Promise<void> {
    const { header, arrays } = await readCheckpoint(join(this.#job.folder, LAST_CHECKPOINT));
    const saved = header as unknown as Header; // written by #save
    this.#model.load({ arrays, random: saved.random, pooled: saved.pooled });
    this.#job.dataset.restore(saved.dataset);
    this.#step = saved.step;
    this.#before = saved.seconds;
    this.#best = saved.best?.step === undefined ? undefined : saved.best; // older ones had no step
  }

  async run(): Promise<TrainResult> {
    const { options, signal } = this.#job;
    this.#started = performance.now();
    let logged = { step: this.#step, at: this.#started };
    while (this.#step < options.steps) {
      if (signal?.aborted) {
        await this.#save();
        throw abortedError(`step ${options.steps}; --resume goes on from step ${this.#step}`, 'train');
      }
      this.#add(await this.#trainStep());
      this.#step++;
      const isLast = this.#step === options.steps;
      const isDue = (every: number): boolean => isLast || this.#step % every === 0;
      const isValidated = isDue(options.validateEvery);
      const isLogged = isValidated || isDue(options.logEvery);
      if (isLogged) {
        const losses = await this.#meanLosses();
        const now = performance.now();
        const stepsPerSecond = (1000 * (this.#step - logged.step)) / (now - logged.at);
        const validation = isValidated ? await this.#validate() : undefined;
        await this.#job.onLosses?.({
          step: this.#step,
          steps: options.steps,
          seconds: (now - this.#started) / 1000,
          stepsPerSecond,
          learningRate: this.#rates(this.#step - 1).rateG,
          epoch: this.#job.dataset.epoch,
          losses,
          ...(validation && { validation }),
        });
      }
      if (isDue(options.sampleEvery)) {
        await this.#job.onSamples?.(this.#step, await this.#job.validation.samples(this.#model, SAMPLES));
      }
      if (isDue(options.checkpointEvery)) await this.#save();
      if (isLogged) logged = { step: this.#step, at: performance.now() }; // what was measured and saved is no step's time
    }
    return { step: this.#step, best: this.#best };
  }

  close(): void {
    this.#model.close();
    tf.dispose(Object.values(this.#sums));
  }

  async #trainStep(): Promise<Losses> {
    const { options, dataset } = this.#job;
    const batch = dataset.next(options.batch);
    const nights = batch.b.length > 0 ? Math.round(options.batch * options.nightShare) : 0;
    const shown = new Float32Array(batch.a.length + (nights * batch.b.length) / options.batch);
    shown.set(batch.a);
    shown.set(batch.b.subarray(0, shown.length - batch.a.length), batch.a.length);
    this.#model.setInput(batch, await this.#teacher?.teach(shown));
    if (this.#step < options.distillSteps && this.#model.makesLooks) return this.#model.distill(options.rateDistill);
    return this.#model.optimizeParameters(this.#step, this.#rates(this.#step));
  }

  /** CycleGAN's rule by steps: constant, then down to zero in a line. */
  #rates(step: number): { rateG: number; rateD: number } {
    const { steps, distillSteps, constantShare, rateG, rateD } = this.#job.options;
    const length = Math.max(1, steps - distillSteps);
    const constant = Math.round(constantShare * length);
    const factor = learningRateFactor(Math.max(0, step - distillSteps), { constant, decay: length - constant });
    return { rateG: rateG * factor, rateD: rateD * factor };
  }

  /** Measures the averaged weights and keeps them where they are the best so far. */
  async #validate(): Promise<ValidationFigures & { isBest: boolean }> {
    const figures = await this.#job.validation.measure(this.#model);
    const isBest = !this.#best || figures.score < this.#best.score;
    if (isBest) {
      this.#best = { ...figures, step: this.#step };
      const { average, vector } = this.#model.netGA;
      const weights = average ? await average.read() : Float32Array.from(await vector.flat.data());
      const header = { options: this.#job.options, step: this.#step, figures };
      await writeCheckpoint(join(this.#job.folder, BEST_CHECKPOINT), { header, arrays: new Map([['netGA', weights]]) });
    }
    return { ...figures, isBest };
  }

  async #save(): Promise<void> {
    const { arrays, random, pooled } = await this.#model.state();
    const header: Header = {
      options: this.#job.options,
      step: this.#step,
      random,
      pooled,
      dataset: this.#job.dataset.state(),
      seconds: this.#before + (performance.now() - this.#started) / 1000,
      ...(this.#best && { best: this.#best }),
    };
    await writeCheckpoint(join(this.#job.folder, LAST_CHECKPOINT), { header: { ...header }, arrays });
  }

  /** Adds losses on the device: reading each would stop it each time. */
  #add(losses: Losses): void {
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

/** What a checkpoint says of itself. */
interface Header extends Omit<ModelState, 'arrays'> {
  readonly options: TrainOptions;
  readonly step: number;
  readonly dataset: DatasetState;
  /** Of training until then. */
  readonly seconds: number;
  readonly best?: BestFigures;
}
