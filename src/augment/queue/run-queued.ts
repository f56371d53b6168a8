import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Job } from 'bullmq';
import { ERROR_CODES, NocturneError, type ErrorCode } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { PlannedRun } from '../run/plan-run.js';
import { runAugment, type AugmentReport, type OwedNights, type RunAugmentOptions } from '../run/run-augment.js';
import { aborted } from './aborted.js';
import { enqueueUnits, jobIds, type UnitQueue } from './enqueue-units.js';
import type { JobPayload, JobResult, QueuedRun } from './job-payload.js';
import { openQueue } from './queue-worker.js';
import { connectQueue } from './redis-connection.js';
import { clearRun } from './queued-runs.js';
import { jobId, RunRegistry, runName } from './run-registry.js';

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
  const stopped = aborted(options.signal);
  try {
    const planner = new QueuePlanner(run, { queue, runs, label: connection.label, ...others });
    const make = async (owed: OwedNights): Promise<void> => {
      if (owed.units.length === 0) return;
      connection.redis.on('ready', () => planner.onReconnected());
      if (run.request.overwrite) await clearRun(queue, runs, planner.name); // its jobs count nights that are gone now
      await planner.enqueue(owed, true);
      if (!isDetached) await planner.wait(owed, options);
    };
    const render = async (owed: OwedNights): Promise<void> => {
      await Promise.race([make(owed), stopped]); // commands wait for a Redis that is gone; whoever stops does not
      options.signal.throwIfAborted();
    };
    const report = await runAugment(run, { ...others, jobs: 1, render });
    if (report.summary && !options.signal.aborted) await clearRun(queue, runs, planner.name);
    else if (planner.isRemoved) throw removedError(planner.name, report.missing);
    return report;
  } finally {
    await Promise.race([queue.close(), stopped]);
  }
}

interface PlannerTools {
  readonly queue: UnitQueue;
  readonly runs: RunRegistry;
  /** Address of the queue, its password masked. */
  readonly label: string;
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
  #reconnects = 0;
  #isRemoved = false;

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

  /** Whether somebody took the run out of the queue before all its units were seen done: its journal says what is. */
  get isRemoved(): boolean {
    return this.#isRemoved;
  }

  /** Call when Redis is back: one that forgot its jobs gets them again; adding what it kept changes nothing. */
  onReconnected(): void {
    this.#reconnects++;
  }

  /**
   * Waits until each unit is done or failed, or somebody removes the run. Rejects with NocturneError where some failed, and when the signal
   * aborts.
   */
  async wait(owed: OwedNights, options: RunQueuedOptions): Promise<void> {
    const { queue, runs, signal } = this.#tools;
    await this.#warnWithoutWorkers();
    // A run that was queued before has more units: what was done by then is in the journal.
    const ids = new Set(owed.units.map(({ index }) => jobId(this.name, index)));
    for (let reconnects = 0; ;) {
      const startMs = performance.now();
      if (this.#reconnects > reconnects) {
        reconnects = this.#reconnects;
        await this.enqueue(owed, false);
      }
      const isKnown = (await runs.get(this.name)) !== undefined; // asked before its jobs are: it is removed before them
      await this.#countDone(ids, owed, options);
      await this.#warnOfRefusals();
      const failed = (await jobIds(queue, ['failed'])).filter((id) => ids.has(id));
      if (this.#done.size + failed.length >= ids.size) {
        if (failed.length > 0) throw await this.#deadLetterError(failed, ids.size);
        return;
      }
      if (!isKnown && this.#reconnects === reconnects) {
        this.#isRemoved = true;
        return;
      }
      const pauseMs = Math.max(POLL_MS, (performance.now() - startMs) / MAX_POLL_SHARE);
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    }
  }

  async #countDone(ids: ReadonlySet<string>, { meter }: OwedNights, { onProgress }: RunQueuedOptions): Promise<void> {
    const { queue } = this.#tools;
    const completed = await jobIds(queue, ['completed']);
    const fresh = completed.filter((id) => ids.has(id) && !this.#done.has(id));
    for (let first = 0; first < fresh.length; first += BATCH) {
      const some = fresh.slice(first, first + BATCH);
      const jobs = await Promise.all(some.map((id) => Job.fromId<JobPayload, JobResult, 'unit'>(queue, id)));
      for (const [index, id] of some.entries()) {
        this.#done.add(id);
        const result = jobs[index]?.returnvalue;
        if (result) meter.addAll(result.verdicts, result.outputBytes);
      }
    }
    if (fresh.length > 0) onProgress?.(meter.progress);
  }

  async #warnWithoutWorkers(): Promise<void> {
    const { queue, logger, label } = this.#tools;
    const count = await queue.getWorkersCount().catch(() => undefined); // a user of Redis may not be allowed to ask
    if (count !== 0) return;
    const what = `Waits for workers: none takes units from ${label}. Start nocturne worker with this queue on any machine.`;
    logger.warn({ run: this.name }, what);
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

/** `nocturne jobs --remove` takes a run out of the queue, and so does the same command elsewhere when it ends. */
function removedError(name: string, missing: number): NocturneError {
  return new NocturneError({
    code: 'INPUT_LOST',
    stage: 'pipeline',
    message: `run ${name} was removed from the queue, and ${missing} nights are missing.`,
    remedy: 'Run the same command again: it adds what is not done.',
  });
}

/** An address that means the same in every folder. */
function rooted(address: string): string {
  return /^s3:\/\//i.test(address) ? address : resolve(address);
}

/** The same of a generator, which may be a name. */
function fileRooted(generator: string): string {
  return /^[a-z]+(:[a-z]+)?$/.test(generator) ? generator : resolve(generator);
}
