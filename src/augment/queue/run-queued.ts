import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Job } from 'bullmq';
import { ERROR_CODES, NocturneError, type ErrorCode } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { PlannedRun } from '../run/plan-run.js';
import { runAugment, type AugmentReport, type OwedNights, type RunAugmentOptions } from '../run/run-augment.js';
import { enqueueUnits, jobIds, type UnitQueue } from './enqueue-units.js';
import type { JobPayload, JobResult, QueuedRun } from './job-payload.js';
import { openQueue } from './queue-worker.js';
import { connectQueue } from './redis-connection.js';
import { clearRun } from './queued-runs.js';
import { jobId, RunRegistry, runName, runOfJob } from './run-registry.js';

/** Pause between two looks at the queue, milliseconds; longer where a look takes long. */
const POLL_MS = 500;
/** Share of its time that a planner asks Redis, at most. */
const MAX_POLL_SHARE = 0.1;
/** Results that are fetched at once. */
const BATCH = 200;

/** Options of {@link runQueued}. */
export interface RunQueuedOptions extends Omit<RunAugmentOptions, 'render' | 'jobs'> {
  /** Address of Redis. */
  readonly queue: string;
  /** Returns once all units are in the queue; the same call without it assembles what is done. */
  readonly isDetached: boolean;
}

/**
 * Does a planned run by workers anywhere: puts its units into a queue, waits, and assembles the manifest once every night is there. The same
 * command again adds only what is neither done nor waits. Rejects with NocturneError, also where units stay on the dead-letter list.
 */
export async function runQueued(run: PlannedRun, options: RunQueuedOptions): Promise<AugmentReport> {
  const { queue: address, isDetached, ...others } = options;
  using connection = await connectQueue(address, options.logger);
  const queue = openQueue(connection);
  const runs = new RunRegistry(connection.redis);
  try {
    const planner = new QueuePlanner(run, { queue, runs, logger: options.logger, signal: options.signal });
    const render = async (owed: OwedNights): Promise<void> => {
      if (owed.units.length === 0) return;
      await planner.enqueue(owed, true);
      // A Redis that forgot its jobs gets them again; adding what it kept changes nothing.
      let isForgotten = false;
      connection.redis.on('ready', () => (isForgotten = true));
      if (!isDetached) {
        await planner.wait(owed, options, () => {
          const wasForgotten = isForgotten;
          isForgotten = false;
          return wasForgotten;
        });
      }
    };
    const report = await runAugment(run, { ...others, jobs: 1, render });
    if (report.summary) await clearRun(queue, runs, planner.name);
    return report;
  } finally {
    await queue.close();
  }
}

interface PlannerTools {
  readonly queue: UnitQueue;
  readonly runs: RunRegistry;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Puts one run into the queue and watches it there. */
class QueuePlanner {
  readonly name: string;
  readonly #tools: PlannerTools;
  readonly #plan: PlannedRun;
  readonly #run: QueuedRun;
  readonly #stamp = new Date().toISOString().replaceAll(/\D/g, '');
  /** Units that were done when the planner looked last. */
  readonly #done = new Set<string>();
  readonly #refusals = new Map<string, string>();

  constructor(plan: PlannedRun, tools: PlannerTools) {
    const { request, record, order } = plan;
    const { settings, origin } = record;
    const { model } = settings;
    this.#tools = tools;
    this.#plan = plan;
    this.#run = {
      input: rooted(request.input),
      output: rooted(request.output),
      settings: { ...settings, model: { ...model, generator: fileRooted(model.generator) } },
      origin: { ...origin, generator: fileRooted(origin.generator) },
      units: plan.plan.units.length,
      items: order.size,
      createdMs: Date.now(),
    };
    this.name = runName(this.#run, record.planSha256);
  }

  async enqueue({ units, isDone }: OwedNights, restartsFinished: boolean): Promise<void> {
    const { queue, runs, signal } = this.#tools;
    const { copies } = this.#plan.plan;
    const missing = units.filter(({ index }) => !this.#done.has(jobId(this.name, index)));
    const what = { name: this.name, run: this.#run, units: missing, copies, isDone, stamp: this.#stamp };
    await enqueueUnits({ queue, runs, ...what, restartsFinished, signal });
  }

  /** Waits until each unit is done or failed. Rejects with NocturneError where some failed, and when the signal aborts. */
  async wait(owed: OwedNights, options: RunQueuedOptions, wasForgotten: () => boolean): Promise<void> {
    const { queue, signal } = this.#tools;
    const total = owed.units.length;
    for (;;) {
      const startMs = performance.now();
      if (wasForgotten()) await this.enqueue(owed, false);
      await this.#countDone(owed, options);
      await this.#warnOfRefusals();
      const failed = (await jobIds(queue, ['failed'])).filter((id) => runOfJob(id) === this.name);
      if (this.#done.size + failed.length >= total) {
        if (failed.length > 0) throw await this.#deadLetterError(failed, total);
        return;
      }
      const pauseMs = Math.max(POLL_MS, (performance.now() - startMs) / MAX_POLL_SHARE);
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    }
  }

  async #countDone({ meter }: OwedNights, { onProgress }: RunQueuedOptions): Promise<void> {
    const { queue } = this.#tools;
    const completed = await jobIds(queue, ['completed']);
    const fresh = completed.filter((id) => runOfJob(id) === this.name && !this.#done.has(id));
    for (let first = 0; first < fresh.length; first += BATCH) {
      const ids = fresh.slice(first, first + BATCH);
      const jobs = await Promise.all(ids.map((id) => Job.fromId<JobPayload, JobResult, 'unit'>(queue, id)));
      for (const [index, id] of ids.entries()) {
        this.#done.add(id);
        const result = jobs[index]?.returnvalue;
        if (result) meter.addAll(result.verdicts, result.outputBytes);
      }
    }
    if (fresh.length > 0) onProgress?.(meter.progress);
  }

  async #warnOfRefusals(): Promise<void> {
    const { runs, logger } = this.#tools;
    for (const [worker, reason] of Object.entries(await runs.refusals(this.name))) {
      if (this.#refusals.get(worker) === reason) continue;
      this.#refusals.set(worker, reason);
      logger.warn({ run: this.name, worker }, `Worker ${worker} does not take this run: ${reason}.`);
    }
  }

  async #deadLetterError(ids: readonly string[], total: number): Promise<NocturneError> {
    const [first = ''] = ids;
    const reason = (await Job.fromId(this.#tools.queue, first))?.failedReason ?? '';
    const code = /\[([A-Z_]+)\]$/.exec(reason)?.[1] ?? '';
    return new NocturneError({
      code: Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'INTERNAL', // a key of the table
      stage: 'pipeline',
      message: `${ids.length} of ${total} units failed in the queue; unit ${first.slice(first.lastIndexOf('-') + 1)}: ${reason.replace(/\s*\[[A-Z_]+\]$/, '')}`,
      remedy: `Repair that, then run the same command again; nocturne jobs lists all reasons of run ${this.name}.`,
    });
  }
}

/** An address that means the same in every folder. */
function rooted(address: string): string {
  return /^s3:\/\//i.test(address) ? address : resolve(address);
}

/** The same of a generator, which may be a name. */
function fileRooted(generator: string): string {
  return /^[a-z]+(:[a-z]+)?$/.test(generator) ? generator : resolve(generator);
}
