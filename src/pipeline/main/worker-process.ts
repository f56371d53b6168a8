import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { NocturneError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { FromWorker, ToWorker, WorkerJob } from '../worker-messages.js';

/** Compiled entry of a worker: the same file from src/ under test and from dist/. */
const WORKER_ENTRY = fileURLToPath(new URL('../../../dist/pipeline/worker/worker.js', import.meta.url));
/** How long a worker may take to flush and close after `stop`, and to exit after its job, milliseconds; then it is killed. */
const STOP_TIMEOUT_MS = 5000;

/**
 * Threads of a worker for libav's blocking calls. A silent live input holds one; a read, a decode, an encode and file access
 * need one each at a time. Node's default of 4 leaves no spare one.
 */
const THREAD_POOL_SIZE = 8;

/**
 * Keeps a worker's memory constant for days. Without it, V8's young generation grows by tens of MiB for garbage that lives
 * for one frame, and glibc keeps a heap for each of libav's threads (measured: 18 % growth over 3,000 frames, 1 % with it).
 */
const STEADY_MEMORY = {
  flags: ['--max-semi-space-size=4'],
  environment: { MALLOC_ARENA_MAX: '2' },
} as const;

/** Messages that a {@link WorkerProcess} passes on; log lines go to the logger. */
export type WorkerMessage = Exclude<FromWorker, { type: 'log' }>;

/** What a {@link WorkerProcess} takes. */
export interface WorkerProcessOptions {
  readonly job: WorkerJob;
  readonly logger: Logger;
  readonly onMessage: (message: WorkerMessage) => void;
  /** Called once, when the process is gone. `error`: undefined when it ended by itself after `done` or `failed`. */
  readonly onExit: (error: NocturneError | undefined) => void;
}

/** One worker process with one job. A crash in it, also in native code, leaves everything else running. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #killedFor: NocturneError | undefined;
  #killTimer: NodeJS.Timeout | undefined;
  #isGone = false;

  constructor(options: WorkerProcessOptions) {
    this.#child = fork(WORKER_ENTRY, {
      serialization: 'advanced',
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      execArgv: [...STEADY_MEMORY.flags],
      env: { UV_THREADPOOL_SIZE: String(THREAD_POOL_SIZE), ...STEADY_MEMORY.environment, ...process.env },
    });
    let hasEnded = false;
    let thrown: Error | undefined;
    this.#child.on('message', (message: FromWorker) => {
      if (message.type === 'log') {
        options.logger[message.level](message.fields, message.message);
        return;
      }
      if (message.type === 'done' || message.type === 'failed') {
        hasEnded = true;
        this.#killLater();
      }
      options.onMessage(message);
    });
    this.#exited = new Promise((resolve) => {
      const onGone = (how: string): void => {
        this.#isGone = true;
        clearTimeout(this.#killTimer);
        options.onExit(hasEnded ? undefined : (this.#killedFor ?? workerDied(`ended unexpectedly: ${how}`, thrown)));
        resolve();
      };
      this.#child.on('error', (error) => {
        thrown = error;
        if (this.#child.pid === undefined) onGone(error.message);
      });
      this.#child.once('exit', (exitCode, signal) => onGone(signal ?? `exit code ${exitCode}`));
    });
    this.#child.send({ type: 'job', job: options.job } satisfies ToWorker);
  }

  /** Process id; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  post(message: ToWorker): void {
    // The event `exit` reports a channel that breaks at this moment.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Asks the job to end and waits until the process is gone; kills it after the timeout. */
  async stop(): Promise<void> {
    this.post({ type: 'stop' });
    this.#killLater();
    await this.#exited;
  }

  /** Kills the process at once, as a crash would; resolves when it is gone. @param reason why, a clause: `sent nothing for 12 s`. */
  async kill(reason?: string): Promise<void> {
    if (reason !== undefined) this.#killedFor = workerDied(`${reason} and was killed`);
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #killLater(): void {
    if (this.#isGone) return; // its exit has cleared the timer
    this.#killTimer ??= setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  }
}

/** @param how a clause about the process. */
function workerDied(how: string, cause?: unknown): NocturneError {
  const message = `the worker process ${how}.`;
  return new NocturneError({ code: 'WORKER_DIED', stage: 'pipeline', message, cause });
}
