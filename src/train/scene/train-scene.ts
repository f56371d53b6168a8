import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { abortedError, NocturneError } from '../../core/errors.js';
import { openBackend, type BackendChoice } from '../backends/open-backend.js';
import { readCheckpoint, writeCheckpoint } from '../checkpoint.js';
import type { Losses } from '../models/trainable-network.js';
import { formatOptionsFile, parseOptionsFile } from '../options.js';
import { LossLog } from '../report/loss-log.js';
import { writeLossPage } from '../report/loss-page.js';
import type { TrainingProgress } from '../report/training-progress.js';
import { BEST_CHECKPOINT, LAST_CHECKPOINT, OPTIONS_FILE } from '../trainer.js';
import type { LabelledScene } from './labelled-scene.js';
import { paintedScenes } from './painted-scenes.js';
import { SceneBatches, surfaceWeights } from './scene-batches.js';
import { readSceneFolder } from './scene-folder.js';
import { SceneModel } from './scene-model.js';
import { sceneOptions, type SceneOptions } from './scene-options.js';
import { splitByGroup, type SceneSplit } from './scene-split.js';
import { measureScenes, type SceneMetrics } from './scene-validation.js';

/** Options of {@link trainScene}. */
export interface SceneRunOptions {
  /** Folder of labelled scenes, or `synth`: painted streets alone. */
  readonly source: string;
  /** Folder of the run: options, checkpoints, log and page. */
  readonly run: string;
  readonly backend: BackendChoice;
  /** Given options. The rest have their defaults, or on resuming the values of the run, which must not change. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly isResumed: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly onLine?: (line: string) => void;
  readonly onWarning?: (line: string) => void;
  /** Called before the first step. */
  readonly onStart?: (options: SceneOptions, backend: { readonly name: string; readonly device: string }) => void;
}

/** The result of a run. */
export interface SceneRunResult {
  readonly step: number;
  /** Metrics of the best checkpoint. */
  readonly best: SceneMetrics | undefined;
  /** The checkpoint for `nocturne export`. */
  readonly checkpoint: string;
}

/** Share of the painted streets that are held back when there are no others. */
const PAINTED_VALIDATION_SHARE = 0.1;

/**
 * Trains the scene network; all its files are in one folder. Throws NocturneError: CONFIG_INVALID, INPUT_*, MODEL_INVALID, OUTPUT_*,
 * DEVICE_UNAVAILABLE, ABORTED (the run can be resumed).
 */
export async function trainScene(runOptions: SceneRunOptions): Promise<SceneRunResult> {
  const { run, isResumed, onWarning, onStart, onLine } = runOptions;
  const last = join(run, LAST_CHECKPOINT);
  const options = isResumed ? resumedOptions(run, runOptions.options) : sceneOptions(runOptions.options);
  if (!isResumed && existsSync(last)) {
    const message = `${run} holds a run already.`;
    throw new NocturneError({
      code: 'OUTPUT_EXISTS',
      stage: 'train',
      message,
      remedy: 'Pass --resume or another --run.',
    });
  }
  await using backend = await openBackend(runOptions.backend, onWarning);
  await mkdir(run, { recursive: true });
  onStart?.(options, backend);
  const { real, painted, validation } = await loadScenes(runOptions.source, options);
  onLine?.(`${real.length} labelled and ${painted.length} painted images, ${validation.length} held back`);
  await writeFile(`${join(run, OPTIONS_FILE)}.part`, formatOptionsFile(options, backend));
  await rename(`${join(run, OPTIONS_FILE)}.part`, join(run, OPTIONS_FILE));
  const log = await LossLog.open(run);
  const facts = { recipe: 'scene', backend: backend.name, device: backend.device };
  const trainer = new SceneTrainer(runOptions, options, { real, painted, validation, log, facts });
  try {
    if (isResumed) await trainer.resume(last);
    return await trainer.run();
  } finally {
    trainer.close();
    await log.close();
  }
}

interface Scenes {
  readonly real: readonly LabelledScene[];
  readonly painted: readonly LabelledScene[];
  readonly validation: readonly LabelledScene[];
}

async function loadScenes(source: string, options: SceneOptions): Promise<Scenes> {
  const { seed, synthCount, synthShare, validationShare } = options;
  const isSynth = source === 'synth';
  const painted = isSynth || synthShare > 0 ? paintedScenes({ count: synthCount, seed }) : [];
  if (isSynth) {
    const held = Math.ceil(PAINTED_VALIDATION_SHARE * painted.length);
    return { real: painted.slice(held), painted: [], validation: painted.slice(0, held) };
  }
  const { train, validation }: SceneSplit = splitByGroup(await readSceneFolder(source), {
    share: validationShare,
    seed,
  });
  return { real: train, painted, validation };
}

function resumedOptions(run: string, given: Readonly<Record<string, unknown>>): SceneOptions {
  const path = join(run, OPTIONS_FILE);
  const saved = sceneOptions(parseOptionsFile(readFileSync(path, 'utf8')));
  const changed = Object.entries(sceneOptions({ ...saved, ...given })).find(
    ([key, value]) => saved[key as keyof SceneOptions] !== value && key !== 'steps',
  );
  if (changed) {
    const message = `a resumed run keeps its options, got another ${changed[0]}.`;
    throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, remedy: 'Start a new --run.' });
  }
  return sceneOptions({ ...saved, ...given });
}

interface TrainerOptions extends Scenes {
  readonly log: LossLog;
  readonly facts: Readonly<Record<string, string>>;
}

class SceneTrainer {
  readonly #runOptions: SceneRunOptions;
  readonly #options: SceneOptions;
  readonly #parts: TrainerOptions;
  readonly #model: SceneModel;
  readonly #batches: SceneBatches;
  #step = 0;
  #best: SceneMetrics | undefined;
  #previousSeconds = 0;
  readonly #started = performance.now();

  constructor(runOptions: SceneRunOptions, options: SceneOptions, parts: TrainerOptions) {
    this.#runOptions = runOptions;
    this.#options = options;
    this.#parts = parts;
    this.#model = new SceneModel(options);
    const { batch, width, height, cropWidth, cropHeight, synthShare, classPower, seed } = options;
    this.#batches = new SceneBatches({
      real: parts.real,
      painted: parts.painted,
      batch,
      paintedShare: synthShare,
      sizes: { whole: { width, height }, crop: { width: cropWidth, height: cropHeight } },
      classWeights: surfaceWeights(parts.real, classPower),
      seed,
    });
  }

  async resume(path: string): Promise<void> {
    const { header, arrays } = await readCheckpoint(path);
    const saved = header as unknown as Header; // written by #save
    this.#model.load(arrays);
    this.#batches.restore(saved.random);
    this.#step = saved.step;
    this.#best = saved.best;
    this.#previousSeconds = saved.seconds;
  }

  async run(): Promise<SceneRunResult> {
    const { steps, wholeSteps, logEvery, validateEvery, checkpointEvery } = this.#options;
    let losses: Record<string, number> = {};
    let logged = { step: this.#step, at: performance.now() };
    while (this.#step < steps) {
      if (this.#runOptions.signal?.aborted) {
        await this.#save();
        throw abortedError(`step ${steps}; --resume continues from step ${this.#step}`, 'train');
      }
      await addLosses(losses, this.#model.step(this.#batches.next(this.#step >= steps - wholeSteps), this.#rate()));
      this.#step++;
      const isDue = (every: number): boolean => this.#step === steps || this.#step % every === 0;
      const isValidated = isDue(validateEvery);
      if (isDue(logEvery) || isValidated) {
        const count = this.#step - logged.step;
        const stepsPerSecond = (1000 * count) / (performance.now() - logged.at);
        const means = Object.fromEntries(Object.entries(losses).map(([name, sum]) => [name, sum / count]));
        await this.#log(means, stepsPerSecond, isValidated ? await this.#validate() : undefined);
        losses = {};
        logged = { step: this.#step, at: performance.now() };
      }
      if (isDue(checkpointEvery)) await this.#save();
    }
    return { step: this.#step, best: this.#best, checkpoint: join(this.#runOptions.run, BEST_CHECKPOINT) };
  }

  close(): void {
    this.#model.close();
  }

  #rate(): number {
    const { rate, warmUp, steps } = this.#options;
    if (this.#step < warmUp) return (rate * (this.#step + 1)) / warmUp;
    return 0.5 * rate * (1 + Math.cos((Math.PI * (this.#step - warmUp)) / Math.max(1, steps - warmUp)));
  }

  async #log(losses: Record<string, number>, stepsPerSecond: number, metrics: SceneMetrics | undefined): Promise<void> {
    const { run, onProgress, onLine } = this.#runOptions;
    const { steps } = this.#options;
    const secondsLeft = (steps - this.#step) / stepsPerSecond;
    onProgress?.({ step: this.#step, totalSteps: steps, stepsPerSecond, secondsLeft, losses });
    await this.#parts.log.append({
      step: this.#step,
      seconds: this.#previousSeconds + (performance.now() - this.#started) / 1000,
      epoch: 0,
      losses,
      learningRates: { scene: this.#rate() },
      ...(metrics && { metrics: { meanIou: metrics.meanIou, found: metrics.vehicles.found, score: metrics.score } }),
    });
    if (!metrics) return;
    onLine?.(`step ${this.#step}: ${describeMetrics(metrics)}`);
    await writeLossPage(run, {
      title: basename(resolve(run)),
      totalSteps: steps,
      isRunning: this.#step < steps,
      secondsLeft,
      facts: this.#parts.facts,
    });
  }

  /** Measures the averaged weights, and saves them if they are the best so far. */
  async #validate(): Promise<SceneMetrics> {
    const { width, height } = this.#options;
    const weights = await this.#model.weights();
    const metrics = await measureScenes(weights, this.#parts.validation, { width, height });
    if (!this.#best || metrics.score > this.#best.score) {
      this.#best = metrics;
      const header = { recipe: 'scene', options: this.#options, step: this.#step, metrics };
      await writeCheckpoint(join(this.#runOptions.run, BEST_CHECKPOINT), { header, arrays: weights });
    }
    return metrics;
  }

  async #save(): Promise<void> {
    const header: Header = {
      options: this.#options,
      step: this.#step,
      random: this.#batches.state,
      seconds: this.#previousSeconds + (performance.now() - this.#started) / 1000,
      ...(this.#best && { best: this.#best }),
    };
    const arrays = await this.#model.state();
    await writeCheckpoint(join(this.#runOptions.run, LAST_CHECKPOINT), { header: { ...header }, arrays });
  }
}

/** The metrics in one line. */
export function describeMetrics({ iou, meanIou, vehicles }: SceneMetrics): string {
  const each = Object.entries(iou).map(([name, value]) => `${name} ${value.toFixed(2)}`);
  const { found, precision, facing, lampOffset } = vehicles;
  const of = `found ${found.toFixed(2)}, precision ${precision.toFixed(2)}, facing ${facing.toFixed(2)}, lamps ${lampOffset.toFixed(3)}`;
  return `mean IoU ${meanIou.toFixed(3)} (${each.join(', ')}); vehicles ${of}`;
}

async function addLosses(sums: Record<string, number>, losses: Losses): Promise<void> {
  for (const [name, loss] of Object.entries(losses)) {
    sums[name] = (sums[name] ?? 0) + ((await loss.data())[0] ?? 0);
    tf.dispose(loss);
  }
}

/** The header of the last checkpoint. */
interface Header {
  readonly options: SceneOptions;
  readonly step: number;
  readonly random: number;
  readonly seconds: number;
  readonly best?: SceneMetrics;
}
