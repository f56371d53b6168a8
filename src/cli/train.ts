import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { decodeText } from '../core/decode-text.js';
import { NocturneError } from '../core/errors.js';
import type { BackendChoice } from '../train/backends/open-backend.js';
import { describeOptions, parseOptionsFile } from '../train/options.js';
import { describeSceneOptions } from '../train/scene/scene-options.js';
import { describeMetrics, trainScene } from '../train/scene/train-scene.js';
import { describeCropMetrics, trainVehicle } from '../train/scene/train-vehicle.js';
import { describeVehicleOptions } from '../train/scene/vehicle-options.js';
import { describeKeyPatchOptions } from '../train/key-patch/key-patch-options.js';
import { describeKeyPatchMetrics } from '../train/key-patch/key-patch-validation.js';
import { trainKeyPatch } from '../train/key-patch/train-key-patch.js';
import type { TrainingProgress } from '../train/report/training-progress.js';
import { train as trainGenerator } from '../train/train.js';
import type { TrainingSource } from '../train/training-data.js';
import { ProgressBar } from './progress-bar.js';
import { stopSignal } from './stop-signal.js';
import { TRAINING_STYLE } from './training-style.js';

/** Flags of `nocturne train`. */
interface TrainFlags {
  readonly day?: string;
  readonly night?: string;
  readonly run: string;
  readonly recipe: 'cyclegan' | 'scene' | 'vehicle' | 'key-patch';
  readonly backend: BackendChoice;
  readonly options?: string;
  readonly set?: readonly string[];
  readonly resume?: boolean;
  readonly init?: string;
}

/** `nocturne train [DATA]`. */
export async function train(data: string | undefined, command: Command): Promise<void> {
  const flags = command.opts<TrainFlags>();
  if (flags.init !== undefined && flags.recipe !== 'scene' && flags.recipe !== 'vehicle') {
    throw invalid(`--init belongs to the recipes scene and vehicle, got --recipe ${flags.recipe}.`);
  }
  if (flags.init !== undefined && flags.resume) {
    throw invalid('--init starts a new run, --resume continues one: they exclude each other.');
  }
  if (flags.recipe !== 'cyclegan') return trainOnScenes(data, flags);
  const bar = new ProgressBar(process.stderr, TRAINING_STYLE);
  const print = (line: string): void => {
    bar.end();
    process.stderr.write(`${line}\n`);
  };
  try {
    const { step, best, checkpoint } = await trainGenerator({
      source: sourceOf(data, flags),
      run: flags.run,
      backend: flags.backend,
      options: givenOptions(flags),
      isResumed: flags.resume ?? false,
      signal: stopSignal(),
      onWarning: (line) => print(`warning: ${line}`),
      onStart: ({ options, backend, report }) => {
        for (const line of report) print(line);
        print(`backend: ${backend.name}, device: ${backend.device}`);
        print(`run: ${flags.run} (open its index.html)`);
        for (const line of describeOptions(options)) print(line);
      },
      onLine: print,
      onProgress: (progress) => bar.draw(progress),
    });
    bar.end();
    const metrics = best
      ? `; best at step ${best.step}: layout ${best.layout.toFixed(4)}, swd ${best.swd.toFixed(4)}`
      : '';
    process.stdout.write(`${checkpoint}: ${step} steps${metrics}\n`);
  } finally {
    bar.end();
  }
}

/** `nocturne train DATA --recipe scene`, `vehicle` and `key-patch`. */
async function trainOnScenes(data: string | undefined, flags: TrainFlags): Promise<void> {
  if (data === undefined || flags.day !== undefined || flags.night !== undefined) {
    throw invalid(
      flags.recipe === 'key-patch'
        ? 'the recipe key-patch needs a folder of nights, or synth.'
        : 'the recipes scene and vehicle need a folder of labelled scenes.',
    );
  }
  const bar = new ProgressBar(process.stderr, TRAINING_STYLE);
  const print = (line: string): void => {
    bar.end();
    process.stderr.write(`${line}\n`);
  };
  try {
    const run = {
      source: data,
      run: flags.run,
      backend: flags.backend,
      options: givenOptions(flags),
      isResumed: flags.resume ?? false,
      ...(flags.init !== undefined && { init: flags.init }),
      signal: stopSignal(),
      onWarning: (line: string) => print(`warning: ${line}`),
      onLine: print,
      onProgress: (progress: TrainingProgress) => bar.draw(progress),
    };
    const start = (
      lines: readonly string[],
      { name, device }: { readonly name: string; readonly device: string },
    ): void => {
      print(`backend: ${name}, device: ${device}`);
      print(`run: ${flags.run} (open its index.html)`);
      for (const line of lines) print(line);
    };
    const { step, checkpoint, summary } = await trainRecipe(flags.recipe, run, start);
    bar.end();
    process.stdout.write(`${checkpoint}: ${step} steps${summary ? `; best: ${summary}` : ''}\n`);
  } finally {
    bar.end();
  }
}

/** What the recipes on labelled images have in common. */
type RecipeRun = Omit<Parameters<typeof trainScene>[0], 'onStart'>;

async function trainRecipe(
  recipe: TrainFlags['recipe'],
  run: RecipeRun,
  start: (lines: readonly string[], backend: { readonly name: string; readonly device: string }) => void,
): Promise<{ readonly step: number; readonly checkpoint: string; readonly summary: string | undefined }> {
  if (recipe === 'key-patch') {
    const { best, ...result } = await trainKeyPatch({
      ...run,
      onStart: (options, backend) => start(describeKeyPatchOptions(options), backend),
    });
    return { ...result, summary: best && describeKeyPatchMetrics(best) };
  }
  if (recipe === 'vehicle') {
    const { best, ...result } = await trainVehicle({
      ...run,
      onStart: (options, backend) => start(describeVehicleOptions(options), backend),
    });
    return { ...result, summary: best && describeCropMetrics(best) };
  }
  const { best, ...result } = await trainScene({
    ...run,
    onStart: (options, backend) => start(describeSceneOptions(options), backend),
  });
  return { ...result, summary: best && describeMetrics(best) };
}

function sourceOf(data: string | undefined, { day, night }: TrainFlags): TrainingSource {
  if (day !== undefined && night !== undefined && data === undefined) return { a: day, b: night };
  if (data === undefined || day !== undefined || night !== undefined) {
    throw invalid('pass a folder with trainA and trainB, or both --day and --night, or synth.');
  }
  return data === 'synth' ? 'synth' : { root: data };
}

/** The options of `--options`, overridden by those of `--set`. */
function givenOptions({ options, set = [] }: TrainFlags): Record<string, unknown> {
  const given = options === undefined ? {} : readOptions(options);
  for (const entry of set) {
    const at = entry.indexOf('=');
    if (at < 1) throw invalid(`--set must be key=value, got ${entry}.`);
    given[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return given;
}

function readOptions(path: string): Record<string, unknown> {
  try {
    return { ...parseOptionsFile(decodeText(readFileSync(path))) };
  } catch (error) {
    throw invalid(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function invalid(message: string): NocturneError {
  return new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message,
    remedy: 'See `nocturne train --help`.',
  });
}
