import { availableParallelism } from 'node:os';
import { packageVersion } from '../core/package-version.js';
import { resolveSettings } from '../config/resolve.js';
import type { Settings } from '../config/settings.js';
import { NocturneError } from '../core/errors.js';
import { silentLogger, type Logger } from '../core/logger.js';
import type { RunQueuedOptions } from './queue/run-queued.js';
import { describePlan, type PlanSummary } from './run/describe-plan.js';
import { planRun, type AugmentRequest, type PlannedRun } from './run/plan-run.js';
import { replay, type Replay } from './run/replay.js';
import { runAugment, type AugmentReport } from './run/run-augment.js';
import type { AugmentProgress } from './run/run-meter.js';
import { parseShard } from './run/shard.js';

/** Options that are not settings. */
const OWN_OPTIONS = ['logger', 'signal', 'onPlan', 'onProgress'];

/** Options of {@link augment}: the settings of docs/settings.md, and these. */
export type AugmentOptions = { readonly [K in keyof Settings]?: Settings[K] | undefined } & {
  /** Receives log lines; default: silent. */
  readonly logger?: Logger;
  /** Stops the work: the promise rejects with `ABORTED`, and the same call continues later. */
  readonly signal?: AbortSignal;
  /** Called once, before anything is written. */
  readonly onPlan?: (plan: PlanSummary) => void;
  /** Called after each night. */
  readonly onProgress?: (progress: AugmentProgress) => void;
};

/**
 * Turns a data set into night ones with the same layout: images and videos become night, labels are copied, a manifest says what became of
 * each. The same call continues a run that was interrupted.
 *
 * @param input a data set, or a tree of images or videos. @param output a folder; it holds nothing, or a run of the same settings.
 * @throws {NocturneError} (rejects) when input, recipe or generator cannot be read, the output cannot be written or holds something else, no
 * item at all could be read, or the signal aborts (`ABORTED`).
 * @throws {TypeError} (rejects) when a path is not a string.
 * @example
 * ```ts
 * import { augment } from 'nocturne';
 *
 * const report = await augment('kitti', 'kitti-night', { variants: 2, recipe: 'varied' });
 * console.log(report.summary?.verdicts.accepted);
 * ```
 */
export async function augment(input: string, output: string, options: AugmentOptions = {}): Promise<AugmentReport> {
  const { settings, run } = await plan(input, output, options);
  options.onPlan?.(describePlan(run, settings.report));
  const common = {
    hasReport: settings.report,
    logger: options.logger ?? silentLogger,
    signal: options.signal ?? new AbortController().signal,
    ...(options.onProgress && { onProgress: options.onProgress }),
  };
  const report =
    settings.queue === undefined
      ? await runAugment(run, { ...common, jobs: settings.jobs ?? availableParallelism() })
      : await runByWorkers(run, { ...common, queue: settings.queue, isDetached: settings.detach });
  const { summary } = report;
  if (summary && summary.verdicts.failed === run.order.size) {
    throw new NocturneError({
      code: 'INPUT_NOT_VIDEO',
      stage: 'ingest',
      message: `nothing of ${run.input.label} could be turned into night: ${summary.failures[0] ?? ''}.`,
      remedy: 'See nocturne/manifest.jsonl in the output for all reasons.',
    });
  }
  return report;
}

/**
 * Says what {@link augment} would do; writes nothing.
 *
 * @throws {NocturneError} (rejects) as {@link augment} does before it writes.
 */
export async function planAugment(input: string, output: string, options: AugmentOptions = {}): Promise<PlanSummary> {
  const { settings, run } = await plan(input, output, options);
  return describePlan(run, settings.report);
}

/**
 * Renders one row of a manifest again, and says whether its bytes are the same.
 *
 * @param output a file, or a folder that exists. @param row `MANIFEST#ROW`, rows from 0.
 * @throws {NocturneError} (rejects) when manifest, row or source cannot be read, or the output exists.
 */
export async function replayAugment(
  input: string,
  output: string,
  row: string,
  options: AugmentOptions = {},
): Promise<Replay> {
  checkPath('input', input);
  checkPath('output', output);
  const { overwrite } = resolveSettings({ options, otherOptions: OWN_OPTIONS });
  const { logger = silentLogger, signal = new AbortController().signal } = options;
  return replay({ input, output, row, overwrite, logger, signal });
}

/** Loads the queue's client only where there is a queue. */
async function runByWorkers(run: PlannedRun, options: RunQueuedOptions): Promise<AugmentReport> {
  const { runQueued } = await import('./queue/run-queued.js');
  return runQueued(run, options);
}

async function plan(
  input: string,
  output: string,
  options: AugmentOptions,
): Promise<{ settings: Settings; run: PlannedRun }> {
  checkPath('input', input);
  checkPath('output', output);
  const settings = resolveSettings({ options, otherOptions: OWN_OPTIONS });
  if (settings.detach && settings.queue === undefined) throw detachedFromNothing();
  return { settings, run: await planRun(requestOf(input, output, settings)) };
}

/** What a call's settings ask for. Throws NocturneError CONFIG_INVALID. */
export function requestOf(input: string, output: string, settings: Settings): AugmentRequest {
  const { generator, style, device, engine, threads, layout, lampLabels, realNights, shard } = settings;
  const { every, fps, recipe, seed, variants, smoothing, rejects, nights, overwrite, skipExisting } = settings;
  return {
    ...{ input, output, every, fps, recipe, seed, variants, smoothing, rejects, nights, overwrite, skipExisting },
    model: { generator, style, device, engine, threads },
    hasLightMasks: settings.lightMask,
    hasSceneMasks: settings.sceneMasks,
    version: packageVersion(),
    ...(settings.like !== undefined && { like: settings.like }),
    ...(layout !== undefined && { layout }),
    ...(lampLabels !== undefined && { lampLabels }),
    ...(realNights !== undefined && { realNights }),
    ...(shard !== undefined && { shard: parseShard(shard) }),
  };
}

function detachedFromNothing(): NocturneError {
  const message = '--detach needs a --queue whose workers go on with the work.';
  return new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message,
    remedy: 'Name one, or leave --detach out.',
  });
}

function checkPath(name: string, path: unknown): void {
  if (typeof path !== 'string') throw new TypeError(`${name} must be a string, got ${typeof path}`);
  if (path.trim() !== '') return;
  const message = `the ${name} must name a folder, got "".`;
  throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message });
}
