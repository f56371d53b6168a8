import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { DelayedError, Queue, UnrecoverableError, WaitingError, Worker, type Job } from 'bullmq';
import { asNocturneError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { ItemRow } from '../unit/item-row.js';
import { parseJob, type JobPayload, type JobResult, type QueuedRun } from './job-payload.js';
import type { QueueConnection } from './redis-connection.js';
import type { RunGate } from './run-gate.js';
import { KEY_PREFIX, QUEUE_NAME, RunRegistry } from './run-registry.js';
import { UnitWork } from './unit-work.js';
import { WorkPool } from './work-pool.js';
import type { WorkerMetrics } from './worker-metrics.js';

/** Times of a worker, milliseconds. */
export interface WorkerTimes {
  /** A job whose lock nobody renews for this long is taken over; a worker renews it twice as often. */
  readonly lockMs: number;
  /** How often workers look for such jobs. */
  readonly stalledMs: number;
  /** How long a unit in flight may take to end when the worker stops; then it goes back to the queue. */
  readonly graceMs: number;
}

const TIMES: WorkerTimes = { lockMs: 10_000, stalledMs: 3000, graceMs: 3000 };
/**
 * Takeovers of one job before it counts as failed. A unit that crashes its process fails its try, not the worker; a worker that vanishes is
 * rarely the fault of what it renders.
 */
const MAX_TAKEOVERS = 100;
/** Pause before a job that this worker refuses goes back, and how long it then waits for others, milliseconds. */
const REFUSAL_PAUSE_MS = 500;
const REFUSAL_DELAY_MS = 3000;
/** How long closing may wait for a Redis that does not answer, milliseconds. */
const CLOSE_TIMEOUT_MS = 3000;

/** Options of {@link QueueWorker}. */
export interface QueueWorkerOptions {
  /** Lent. */
  readonly connection: QueueConnection;
  readonly gate: RunGate;
  /** Units at the same time, each in a process of its own. */
  readonly jobs: number;
  readonly metrics: WorkerMetrics;
  readonly logger: Logger;
  readonly times?: Partial<WorkerTimes>;
}

/** Opens the queue to ask and to add; the caller closes it. */
export function openQueue({ redis }: QueueConnection): Queue<JobPayload, JobResult, 'unit'> {
  const queue = new Queue<JobPayload, JobResult, 'unit'>(QUEUE_NAME, {
    connection: redis,
    prefix: KEY_PREFIX,
    skipVersionCheck: true, // connectQueue did
  });
  queue.on('error', () => undefined); // connectQueue logs a lost connection
  return queue;
}

/**
 * Takes units from the queue and renders them in child processes. This process does no image work, so that the locks of its jobs are renewed
 * in time however busy the machine is.
 */
export class QueueWorker implements AsyncDisposable {
  /** Name of this worker in the queue. */
  readonly name = `${hostname()}-${process.pid}`;
  readonly #options: QueueWorkerOptions;
  readonly #times: WorkerTimes;
  readonly #runs: RunRegistry;
  readonly #pool: WorkPool;
  readonly #worker: Worker<JobPayload, JobResult, 'unit'>;
  /** Runs that are valid and not refused. */
  readonly #accepted = new Map<string, QueuedRun>();
  readonly #refused = new Map<string, string>();
  readonly #active = new Set<Promise<unknown>>();
  #isStopping = false;
  #closed: Promise<void> | undefined;

  /** Starts to take units. */
  constructor(options: QueueWorkerOptions) {
    const { connection, jobs, logger } = options;
    this.#options = options;
    this.#times = { ...TIMES, ...options.times };
    this.#runs = new RunRegistry(connection.redis);
    this.#pool = new WorkPool(jobs, async (run) => {
      const queued = this.#accepted.get(run);
      if (!queued) throw new TypeError('a run must be accepted before it opens');
      return UnitWork.open(run, queued, logger);
    });
    this.#worker = new Worker<JobPayload, JobResult, 'unit'>(
      QUEUE_NAME,
      (job, token = '') => this.#track(this.#take(job, token)),
      {
        connection: connection.redis,
        prefix: KEY_PREFIX,
        name: this.name,
        concurrency: jobs,
        lockDuration: this.#times.lockMs,
        stalledInterval: this.#times.stalledMs,
        maxStalledCount: MAX_TAKEOVERS,
        drainDelay: 2,
        skipVersionCheck: true,
      },
    );
    this.#worker.on('error', (error) => logger.debug({ reason: error.message }, 'The queue reported an error.'));
    this.#worker.on('stalled', (id) => logger.info({ job: id }, `Took over ${id}: its worker is gone.`));
    this.#worker.on('failed', (job, error) => {
      const isLast =
        job === undefined || job.attemptsMade >= (job.opts.attempts ?? 1) || error instanceof UnrecoverableError;
      const what = isLast ? 'is on the dead-letter list' : `failed and is tried again (${job.attemptsMade})`;
      logger[isLast ? 'error' : 'warn']({ job: job?.id }, `${job?.id ?? 'A job'} ${what}: ${error.message}`);
      options.metrics.onUnit('failed');
    });
  }

  /**
   * Stops: takes nothing more, lets units end for a few seconds, and hands the rest back to the queue. Idempotent, never rejects; takes
   * no longer than about ten seconds.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await this.#worker.pause(true);
    const ended = Promise.allSettled([...this.#active]);
    await Promise.race([ended, pause(this.#times.graceMs, undefined, { ref: false })]);
    this.#isStopping = true;
    await this.#pool[Symbol.asyncDispose]();
    const closed = this.#worker.close().catch(() => undefined);
    await Promise.race([closed, pause(CLOSE_TIMEOUT_MS).then(() => this.#worker.close(true).catch(() => undefined))]);
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#active.add(work);
    try {
      return await work;
    } finally {
      this.#active.delete(work);
    }
  }

  /** Does one job. Throws DelayedError for one that it refuses and WaitingError for one that it hands back. */
  async #take(job: Job<JobPayload, JobResult, 'unit'>, token: string): Promise<JobResult> {
    const { logger, metrics } = this.#options;
    const startMs = performance.now();
    const payload = checked(() => parseJob(job.data));
    const refusal = await this.#refusalOf(payload.run);
    if (refusal !== undefined) {
      metrics.onUnit('refused');
      await this.#runs.noteRefusal(payload.run, this.name, refusal);
      await pause(REFUSAL_PAUSE_MS);
      await job.moveToDelayed(Date.now() + REFUSAL_DELAY_MS, token);
      throw new DelayedError();
    }
    if (job.attemptsMade > 0) metrics.onRetry();
    try {
      const onRow = (row: ItemRow): void => metrics.onRow(row);
      const isMine = async (): Promise<boolean> => (await job.extendLock(token, this.#times.lockMs)) > 0;
      const rows = await this.#pool.lend(payload.run, (work) => work.do(payload, { onRow, isMine }));
      metrics.onUnit('done');
      logger.debug({ job: job.id, nights: rows.length }, `Did ${job.id ?? 'a job'}.`);
      return resultOf(rows, this.name, (performance.now() - startMs) / 1000);
    } catch (error) {
      if (this.#isStopping) {
        metrics.onUnit('returned');
        await job.moveToWait(token);
        throw new WaitingError();
      }
      throw new Error(asNocturneError(error, 'pipeline').toLine(), { cause: error });
    }
  }

  async #refusalOf(name: string): Promise<string | undefined> {
    if (this.#accepted.has(name)) return undefined;
    const run = await this.#read(name);
    const refusal = await this.#options.gate.refusal(run);
    if (refusal === undefined) this.#accepted.set(name, run);
    else if (this.#refused.get(name) !== refusal) {
      this.#refused.set(name, refusal);
      this.#options.logger.warn({ run: name }, `Refuses run ${name}: ${refusal}.`);
    }
    return refusal;
  }

  async #read(name: string): Promise<QueuedRun> {
    let run: QueuedRun | undefined;
    try {
      run = await this.#runs.get(name);
    } catch (error) {
      if (error instanceof TypeError) throw new UnrecoverableError(error.message);
      throw error;
    }
    if (!run) throw new UnrecoverableError(`its run ${name} was removed`);
    return run;
  }
}

/** What is wrong with data stays wrong: no retry. */
function checked<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UnrecoverableError(error instanceof Error ? error.message : String(error));
  }
}

function resultOf(rows: readonly ItemRow[], worker: string, seconds: number): JobResult {
  const verdicts: Record<string, number> = {};
  for (const { verdict } of rows) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  return { worker, seconds, outputBytes: rows.reduce((sum, row) => sum + row.outputBytes, 0), verdicts };
}
