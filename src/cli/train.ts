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
import { describeNightStyleOptions } from '../train/night-style/night-style-options.js';
import { describeNightStyleMetrics } from '../train/night-style/night-style-validation.js';
import { trainNightStyle } from '../train/night-style/train-night-style.js';
import type { TrainingProgress } from '../train/report/training-progress.js';
import { train as trainGenerator } from '../train/train.js';
import type { TrainingSource } from '../train/training-data.js';
import { describePairMetrics, trainTwoPathway } from '../train/two-pathway/train-two-pathway.js';
import { describeTwoPathwayOptions } from '../train/two-pathway/two-pathway-options.js';
import { ProgressBar } from './progress-bar.js';
import { stopSignal } from './stop-signal.js';
import { TRAINING_STYLE } from './training-style.js';

/** Flags of `nocturne train`. */
interface TrainFlags {
  readonly day?: string;
  readonly night?: string;
  readonly run: string;
  readonly recipe: 'cyclegan' | 'two-pathway' | 'scene' | 'vehicle' | 'night-style';
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
  if (flags.recipe === 'two-pathway') return trainOnPairs(data, flags);
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

/** `nocturne train DATA --recipe two-pathway`. */
async function trainOnPairs(data: string | undefined, flags: TrainFlags): Promise<void> {
  const bar = new ProgressBar(process.stderr, TRAINING_STYLE);
  const print = (line: string): void => {
    bar.end();
    process.stderr.write(`${line}\n`);
  };
  try {
    const { step, checkpoint, best } = await trainTwoPathway({
      source: sourceOf(data, flags),
      run: flags.run,
      backend: flags.backend,
      options: givenOptions(flags),
      isResumed: flags.resume ?? false,
      signal: stopSignal(),
      onWarning: (line) => print(`warning: ${line}`),
      onStart: (options, { name, device }) => {
        print(`backend: ${name}, device: ${device}`);
        print(`run: ${flags.run} (open its index.html)`);
        for (const line of describeTwoPathwayOptions(options)) print(line);
      },
      onLine: print,
      onProgress: (progress) => bar.draw(progress),
    });
    bar.end();
    process.stdout.write(`${checkpoint}: ${step} steps${best ? `; best: ${describePairMetrics(best)}` : ''}\n`);
  } finally {
    bar.end();
  }
}

/** `nocturne train DATA --recipe scene`, `vehicle` and `night-style`. */
async function trainOnScenes(data: string | undefined, flags: TrainFlags): Promise<void> {
  if (data === undefined || flags.day !== undefined || flags.night !== undefined) {
    const folder = flags.recipe === 'night-style' ? 'with trainA and trainB, or synth' : 'of labelled scenes';
    throw invalid(`the recipe ${flags.recipe} needs a folder ${folder}.`);
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
    const { step, checkpoint, summary } =
      flags.recipe === 'night-style'
        ? await trainNightStyle({
            ...run,
            onStart: (options, backend) => start(describeNightStyleOptions(options), backend),
          }).then(({ best, ...result }) => ({ ...result, summary: best && describeNightStyleMetrics(best) }))
        : flags.recipe === 'scene'
          ? await trainScene({
              ...run,
              onStart: (options, backend) => start(describeSceneOptions(options), backend),
            }).then(({ best, ...result }) => ({ ...result, summary: best && describeMetrics(best) }))
          : await trainVehicle({
              ...run,
              onStart: (options, backend) => start(describeVehicleOptions(options), backend),
            }).then(({ best, ...result }) => ({ ...result, summary: best && describeCropMetrics(best) }));
    bar.end();
    process.stdout.write(`${checkpoint}: ${step} steps${summary ? `; best: ${summary}` : ''}\n`);
  } finally {
    bar.end();
  }
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
