import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { NocturneError } from '../core/errors.js';
import type { BackendChoice } from '../train/backends/open-backend.js';
import { describeOptions } from '../train/options.js';
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
  readonly recipe: 'cyclegan';
  readonly backend: BackendChoice;
  readonly options?: string;
  readonly set?: readonly string[];
  readonly resume?: boolean;
}

/** `nocturne train [DATA]`. */
export async function train(data: string | undefined, command: Command): Promise<void> {
  const flags = command.opts<TrainFlags>();
  const bar = new ProgressBar(process.stderr, TRAINING_STYLE);
  const say = (line: string): void => {
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
      onStart: ({ options, backend, report }) => {
        for (const line of report) say(line);
        say(`training on ${backend}; everything goes to ${flags.run} (open its index.html)`);
        for (const line of describeOptions(options)) say(line);
      },
      onLine: say,
      onProgress: (progress) => bar.draw(progress),
    });
    bar.end();
    const figures = best
      ? `; best at step ${best.step}: layout ${best.layout.toFixed(4)}, swd ${best.swd.toFixed(4)}`
      : '';
    process.stdout.write(`${checkpoint}: ${step} steps${figures}\n`);
  } finally {
    bar.end();
  }
}

function sourceOf(data: string | undefined, { day, night }: TrainFlags): TrainingSource {
  if (day !== undefined && night !== undefined && data === undefined) return { a: day, b: night };
  if (data === undefined || day !== undefined || night !== undefined) {
    throw wrong('name a folder that holds trainA and trainB, or both --day and --night, or synth.');
  }
  return data === 'synth' ? 'synth' : { root: data };
}

/** The options' file, then `--set` over it. */
function givenOptions({ options, set = [] }: TrainFlags): Record<string, unknown> {
  const given: Record<string, unknown> = options === undefined ? {} : readOptions(options);
  for (const entry of set) {
    const at = entry.indexOf('=');
    if (at < 1) throw wrong(`--set must be key=value, got ${entry}.`);
    given[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return given;
}

function readOptions(path: string): Record<string, unknown> {
  try {
    const values: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof values === 'object' && values !== null && !Array.isArray(values)) return { ...values };
  } catch (error) {
    throw wrong(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}.`);
  }
  throw wrong(`${path} must hold one JSON object of training options.`);
}

function wrong(message: string): NocturneError {
  return new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message,
    remedy: 'See `nocturne train --help`.',
  });
}
