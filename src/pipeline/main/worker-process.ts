import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { NocturneError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { FromWorker, ToWorker, WorkerJob } from '../worker-messages.js';

/** Compiled entry of a worker: the same file from src/ under test and from dist/. */
const WORKER_ENTRY = fileURLToPath(new URL('../../../dist/pipeline/worker/worker.js', import.meta.url));
/** How long a worker may take to flush and close after it was asked to stop, milliseconds. */
const STOP_TIMEOUT_MS = 5000;

/**
 * Threads of a worker for libav's blocking calls: a silent live input holds one, a read, a decode, an encode and files
 * want one each at a time; Node's own default of 4 leaves none to spare.
 */
const THREAD_POOL_SIZE = 8;

/**
 * Keeps a worker's memory level for days: V8's young generation would grow by tens of MiB for garbage that lives for one
 * frame, and glibc would keep a heap for each of libav's threads (measured: 18 % growth over 3,000 frames without, 1 % with).
 */
const STEADY_MEMORY = {
  flags: ['--max-semi-space-size=4'],
  environment: { MALLOC_ARENA_MAX: '2' },
} as const;

/** Messages that a {@link WorkerProcess} hands on. */
export type WorkerMessage = Exclude<FromWorker, { type: 'log' }>;

/** What a {@link WorkerProcess} tells. */
export interface WorkerProcessOptions {
  readonly job: WorkerJob;
  readonly logger: Logger;
  readonly onMessage: (message: WorkerMessage) => void;
  /** The process is gone; `error` unless it ended by itself after `done` or `failed`. Called once. */
  readonly onExit: (error: NocturneError | undefined) => void;
}

/** One worker process with one job: what crashes in there, native code too, leaves everything else running. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  constructor(options: WorkerProcessOptions) {
    this.#child = fork(WORKER_ENTRY, {
      serialization: 'advanced',
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      execArgv: [...STEADY_MEMORY.flags],
      env: { UV_THREADPOOL_SIZE: String(THREAD_POOL_SIZE), ...STEADY_MEMORY.environment, ...process.env },
    });
    let ended = false;
    let thrown: Error | undefined;
    this.#child.on('message', (message: FromWorker) => {
      if (message.type === 'log') {
        options.logger[message.level](message.fields, message.message);
        return;
      }
      ended ||= message.type === 'done' || message.type === 'failed';
      options.onMessage(message);
    });
    this.#exited = new Promise((resolve) => {
      const gone = (how: string): void => {
        options.onExit(ended ? undefined : died(how, thrown));
        resolve();
      };
      this.#child.on('error', (error) => {
        thrown = error;
        if (this.#child.pid === undefined) gone(error.message);
      });
      this.#child.once('exit', (exitCode, signal) => gone(signal ?? `exit code ${exitCode}`));
    });
    this.#child.send({ type: 'job', job: options.job } satisfies ToWorker);
  }

  /** Process id; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  post(message: ToWorker): void {
    // A channel that breaks at this moment is told by `exit`.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Asks the job to end and waits until the process is gone; ends it by force after five seconds. */
  async stop(): Promise<void> {
    this.post({ type: 'stop' });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  /** Ends the process at once, as a crash would; for tests of what happens then. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

function died(how: string, cause: unknown): NocturneError {
  const message = `the worker process ended unexpectedly: ${how}.`;
  return new NocturneError({ code: 'WORKER_DIED', stage: 'pipeline', message, cause });
}
