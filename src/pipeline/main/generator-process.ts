import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Backoff } from '../../core/backoff.js';
import type { Logger } from '../../core/logger.js';
import type { FromGenerator, GeneratorJob, ToGenerator } from '../generator-messages.js';

/** Compiled entry of the process: the same file from src/ under test and from dist/. */
const ENTRY = fileURLToPath(new URL('../../../dist/pipeline/generator/generator-entry.js', import.meta.url));
/** Pauses before the process is restarted, milliseconds. */
const RESTART = { firstMs: 250, maxMs: 15_000 } as const;
/** A process that lived this long is restarted with the first pause again, milliseconds. */
const HEALTHY_AFTER_MS = 30_000;
/** How long the process may be silent before it is killed, milliseconds; before it listens, twice as long. */
const HUNG_AFTER_MS = 8000;
/** Interval of the checks, milliseconds. */
const CHECK_INTERVAL_MS = 500;
/** How long the process may take to close its networks, milliseconds; then it is killed. */
const STOP_TIMEOUT_MS = 5000;

/**
 * Keeps a generator process running: starts it, restarts it with growing pauses when it dies, and kills it when it hangs. Streams connect to its
 * address by themselves, again after each restart.
 */
export class GeneratorProcess {
  readonly #job: GeneratorJob;
  readonly #logger: Logger;
  readonly #backoff = new Backoff(RESTART);
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #restartTimer: NodeJS.Timeout | undefined;
  #startedMs = 0;
  #isClosed = false;

  constructor(job: GeneratorJob, logger: Logger) {
    this.#job = job;
    this.#logger = logger;
    this.#start();
  }

  /** Process id; undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Ends the process and waits until it is gone. Idempotent, never throws. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#restartTimer);
    const child = this.#child;
    if (child?.connected) child.send({ type: 'stop' } satisfies ToGenerator, () => undefined);
    const timer = setTimeout(() => child?.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #start(): void {
    this.#startedMs = performance.now();
    const child = fork(ENTRY, {
      serialization: 'advanced',
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      execArgv: [],
    });
    this.#child = child;
    let silentMs = -HUNG_AFTER_MS; // the runtime loads
    const watch = setInterval(() => {
      silentMs += CHECK_INTERVAL_MS; // ticks, not the clock: after a suspension of this process unread messages wait
      if (silentMs >= HUNG_AFTER_MS) child.kill('SIGKILL');
    }, CHECK_INTERVAL_MS);
    watch.unref();
    child.on('message', (message: FromGenerator) => {
      silentMs = 0;
      if (message.type === 'log') this.#logger[message.level](message.fields, message.message);
    });
    this.#exited = new Promise((resolve) => {
      let isGone = false;
      const onGone = (how: string): void => {
        if (isGone) return;
        isGone = true;
        clearInterval(watch);
        const why = silentMs >= HUNG_AFTER_MS ? 'did not respond and was killed' : `ended unexpectedly: ${how}`;
        this.#onGone(why);
        resolve();
      };
      child.on('error', (error) => {
        if (child.pid === undefined) onGone(error.message);
      });
      child.once('exit', (exitCode, signal) => onGone(signal ?? `exit code ${exitCode}`));
    });
    child.send({ type: 'job', job: this.#job } satisfies ToGenerator, () => undefined);
  }

  #onGone(how: string): void {
    this.#child = undefined;
    if (this.#isClosed) return;
    if (performance.now() - this.#startedMs > HEALTHY_AFTER_MS) this.#backoff.reset();
    const pauseMs = this.#backoff.nextMs();
    this.#logger.error({ code: 'WORKER_DIED', pauseMs }, `The generator process ${how}. Restarting it.`);
    this.#restartTimer = setTimeout(() => this.#start(), pauseMs);
  }
}
