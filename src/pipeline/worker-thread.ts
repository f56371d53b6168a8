import { Worker } from 'node:worker_threads';
import { NocturneError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { FromWorker, ToWorker, WorkerJob } from './worker-messages.js';

/** Compiled entry of a worker: the same file from src/ under test and from dist/. */
const WORKER_ENTRY = new URL('../../dist/pipeline/worker.js', import.meta.url);
/** How long a worker may take to flush and close after it was asked to stop, milliseconds. */
const STOP_TIMEOUT_MS = 5000;

/** What a {@link WorkerThread} tells. */
export interface WorkerThreadOptions {
  readonly job: WorkerJob;
  readonly logger: Logger;
  /** Every message but `log`. */
  readonly onMessage: (message: Exclude<FromWorker, { type: 'log' }>) => void;
  /** The thread is gone; `error` unless it ended by itself after `done` or `failed`. Called once. */
  readonly onExit: (error: NocturneError | undefined) => void;
}

/** One worker thread with one job. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;

  constructor(options: WorkerThreadOptions) {
    this.#worker = new Worker(WORKER_ENTRY, { workerData: options.job, stdin: false });
    let ended = false;
    let thrown: unknown;
    this.#worker.on('message', (message: FromWorker) => {
      if (message.type === 'log') {
        options.logger[message.level](message.fields, message.message);
        return;
      }
      ended ||= message.type === 'done' || message.type === 'failed';
      options.onMessage(message);
    });
    this.#worker.on('error', (error) => {
      thrown = error;
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (exitCode) => {
        options.onExit(ended ? undefined : died(exitCode, thrown));
        resolve();
      });
    });
  }

  post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Asks the job to end and waits until the thread is gone; ends it by force after five seconds. */
  async stop(): Promise<void> {
    this.post({ type: 'stop' });
    const timer = setTimeout(() => void this.#worker.terminate(), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  /** Ends the thread at once, as a crash would; for tests of what happens then. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
    await this.#exited;
  }
}

function died(exitCode: number, thrown: unknown): NocturneError {
  const why = thrown instanceof Error ? thrown.message : `exit code ${exitCode}`;
  return new NocturneError({
    code: 'WORKER_DIED',
    stage: 'pipeline',
    message: `the worker thread ended unexpectedly: ${why}.`,
    cause: thrown,
  });
}
