import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { decodeText } from '../core/decode-text.js';
import type { BackendChoice } from '../train/backends/open-backend.js';
import { describeKeyPatchOptions } from '../train/key-patch/key-patch-options.js';
import { describeKeyPatchMetrics } from '../train/key-patch/key-patch-validation.js';
import { trainKeyPatch } from '../train/key-patch/train-key-patch.js';
import { describeNightStyleOptions } from '../train/night-style/night-style-options.js';
import { describeNightStyleMetrics } from '../train/night-style/night-style-validation.js';
import { trainNightStyle } from '../train/night-style/train-night-style.js';
import { invalidOption } from '../train/option-table.js';
import { describeOptions, parseOptionsFile } from '../train/options.js';
import type { TrainingProgress } from '../train/report/training-progress.js';
import { describeSceneOptions } from '../train/scene/scene-options.js';
import { describeMetrics, trainScene } from '../train/scene/train-scene.js';
import { describeCropMetrics, trainVehicle } from '../train/scene/train-vehicle.js';
import { describeVehicleOptions } from '../train/scene/vehicle-options.js';
import { train as trainGenerator } from '../train/train.js';
import type { TrainingSource } from '../train/training-data.js';
import { describePairMetrics, trainTwoPathway } from '../train/two-pathway/train-two-pathway.js';
import { describeTwoPathwayOptions } from '../train/two-pathway/two-pathway-options.js';
import { ProgressBar } from './progress-bar.js';
import { stopSignal } from './stop-signal.js';
import type { TrainRecipeName } from './train-recipes.js';
import { TRAINING_STYLE } from './training-style.js';

/** Flags of `nocturne train`. */
interface TrainFlags {
  readonly day?: string;
  readonly night?: string;
  readonly run: string;
  readonly recipe: TrainRecipeName;
  readonly backend: BackendChoice;
  readonly options?: string;
  readonly set?: readonly string[];
  readonly resume?: boolean;
  readonly init?: string;
}

/** What every recipe is given. */
interface RecipeRun {
  readonly run: string;
  readonly backend: BackendChoice;
  readonly options: Readonly<Record<string, unknown>>;
  readonly isResumed: boolean;
  readonly init?: string;
  readonly signal: AbortSignal;
  readonly onWarning: (line: string) => void;
  readonly onLine: (line: string) => void;
  readonly onProgress: (progress: TrainingProgress) => void;
  /** Prints what the run begins with: its backend, its folder, its options. */
  readonly start: (options: readonly string[], backend: { readonly name: string; readonly device: string }) => void;
}

/** How a run ended; `best`: the metrics of its best checkpoint. */
interface RecipeResult {
  readonly step: number;
  readonly checkpoint: string;
  readonly best: string | undefined;
}

/** Trains by a recipe on the data of the command line. Throws NocturneError. */
type RunRecipe = (run: RecipeRun, data: string | undefined, flags: TrainFlags) => Promise<RecipeResult>;

const RUN: Readonly<Record<TrainRecipeName, RunRecipe>> = {
  cyclegan: async ({ start, ...run }, data, flags) => {
    const { best, ...result } = await trainGenerator({
      ...run,
      source: sourceOf(data, flags),
      onStart: ({ options, backend, report }) => {
        for (const line of report) run.onLine(line);
        start(describeOptions(options), backend);
      },
    });
    const metrics = best && `step ${best.step}: layout ${best.layout.toFixed(4)}, swd ${best.swd.toFixed(4)}`;
    return { ...result, best: metrics };
  },
  'two-pathway': async ({ start, ...run }, data, flags) => {
    const { best, ...result } = await trainTwoPathway({
      ...run,
      source: sourceOf(data, flags),
      onStart: (options, backend) => start(describeTwoPathwayOptions(options), backend),
    });
    return { ...result, best: best && describePairMetrics(best) };
  },
  'key-patch': async ({ start, ...run }, data, flags) => {
    const { best, ...result } = await trainKeyPatch({
      ...run,
      source: folderOf(data, flags, 'a folder of labelled nights, or synth'),
      onStart: (options, backend) => start(describeKeyPatchOptions(options), backend),
    });
    return { ...result, best: best && describeKeyPatchMetrics(best) };
  },
  'night-style': async ({ start, ...run }, data, flags) => {
    const { best, ...result } = await trainNightStyle({
      ...run,
      source: folderOf(data, flags, 'a folder with trainA and trainB, or synth'),
      onStart: (options, backend) => start(describeNightStyleOptions(options), backend),
    });
    return { ...result, best: best && describeNightStyleMetrics(best) };
  },
  scene: async ({ start, ...run }, data, flags) => {
    const { best, ...result } = await trainScene({
      ...run,
      source: folderOf(data, flags, 'a folder of labelled scenes'),
      onStart: (options, backend) => start(describeSceneOptions(options), backend),
    });
    return { ...result, best: best && describeMetrics(best) };
  },
  vehicle: async ({ start, ...run }, data, flags) => {
    const { best, ...result } = await trainVehicle({
      ...run,
      source: folderOf(data, flags, 'a folder of labelled scenes'),
      onStart: (options, backend) => start(describeVehicleOptions(options), backend),
    });
    return { ...result, best: best && describeCropMetrics(best) };
  },
};

/** `nocturne train [DATA]`. */
export async function train(data: string | undefined, command: Command): Promise<void> {
  const flags = command.opts<TrainFlags>();
  const { init, recipe, run, backend, resume: isResumed = false } = flags;
  if (init !== undefined && recipe !== 'scene' && recipe !== 'vehicle') {
    throw invalidOption(`--init belongs to the recipes scene and vehicle, got --recipe ${recipe}.`);
  }
  if (init !== undefined && isResumed) {
    throw invalidOption('--init starts a new run, --resume continues one: they exclude each other.');
  }
  const bar = new ProgressBar(process.stderr, TRAINING_STYLE);
  const print = (line: string): void => {
    bar.end();
    process.stderr.write(`${line}\n`);
  };
  const recipeRun: RecipeRun = {
    ...{ run, backend, isResumed, options: givenOptions(flags), signal: stopSignal() },
    ...(init !== undefined && { init }),
    onWarning: (line) => print(`warning: ${line}`),
    onLine: print,
    onProgress: (progress) => bar.draw(progress),
    start: (lines, { name, device }) => {
      print(`backend: ${name}, device: ${device}`);
      print(`run: ${run} (open its index.html)`);
      for (const line of lines) print(line);
    },
  };
  try {
    const { step, checkpoint, best } = await RUN[recipe](recipeRun, data, flags);
    bar.end();
    process.stdout.write(`${checkpoint}: ${step} steps${best === undefined ? '' : `; best: ${best}`}\n`);
  } finally {
    bar.end();
  }
}

/** Day and night images. Throws NocturneError CONFIG_INVALID. */
function sourceOf(data: string | undefined, { day, night }: TrainFlags): TrainingSource {
  if (day !== undefined && night !== undefined && data === undefined) return { a: day, b: night };
  if (data === undefined || day !== undefined || night !== undefined) {
    throw invalidOption('pass a folder with trainA and trainB, or both --day and --night, or synth.');
  }
  return data === 'synth' ? 'synth' : { root: data };
}

/** The one folder of a recipe that needs `what`. Throws NocturneError CONFIG_INVALID. */
function folderOf(data: string | undefined, { day, night, recipe }: TrainFlags, what: string): string {
  if (data === undefined || day !== undefined || night !== undefined) {
    throw invalidOption(`the recipe ${recipe} needs ${what}.`);
  }
  return data;
}

/** The options of `--options`, overridden by those of `--set`. */
function givenOptions({ options, set = [] }: TrainFlags): Record<string, unknown> {
  const given = options === undefined ? {} : readOptions(options);
  for (const entry of set) {
    const at = entry.indexOf('=');
    if (at < 1) throw invalidOption(`--set must be key=value, got ${entry}.`);
    given[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return given;
}

function readOptions(path: string): Record<string, unknown> {
  try {
    return { ...parseOptionsFile(decodeText(readFileSync(path))) };
  } catch (error) {
    throw invalidOption(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
