import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { abortedError, deserializeError, NocturneError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { Unit } from '../dataset.js';
import type { ItemRow } from '../unit/item-row.js';
import { doneKey, type FromUnitProcess, type ToUnitProcess, type UnitProcessJob } from './unit-process-messages.js';
import { UnitWatch, type UnitWatchLimits } from './unit-watch.js';

/** Compiled entry of a unit process: the same file from src/ under test and from dist/. */
const ENTRY = fileURLToPath(new URL('../../../dist/augment/run/unit-process-entry.js', import.meta.url));
/** How long a process may take to end after `stop`, milliseconds; then it is killed. */
const STOP_TIMEOUT_MS = 4000;

/**
 * Keeps the memory of a process constant for days: V8's young generation stays small, glibc keeps two heaps, not one a thread.
 * One thread an image: the processes themselves fill the cores.
 */
const STEADY_MEMORY = {
  flags: ['--max-semi-space-size=16'],
  environment: { MALLOC_ARENA_MAX: '2', VIPS_CONCURRENCY: '1' },
} as const;

/** What a {@link UnitProcess} takes. */
export interface UnitProcessOptions extends UnitProcessJob {
  readonly logger: Logger;
  /** How long it may be silent or idle before it counts as hung; default: see {@link UnitWatch}. */
  readonly limits?: UnitWatchLimits;
}

/**
 * One child process that renders units, one after the other. A crash in it, also in native code, leaves everything else running, and
 * whoever starts it stays free for timers and sockets.
 */
export class UnitProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #variants: number;
  readonly #exited: Promise<void>;
  readonly #watch: UnitWatch;
  readonly #inbox: (ItemRow | 'opened' | 'end')[] = [];
  #wake: (() => void) | undefined;
  #failure: NocturneError | undefined;
  #isStopped = false;
  #isGone = false;
  #killTimer: NodeJS.Timeout | undefined;

  private constructor(options: UnitProcessOptions) {
    const { input, output, settings, logger, limits } = options;
    this.#variants = settings.variants;
    this.#child = fork(ENTRY, {
      serialization: 'advanced',
      stdio: ['ignore', 2, 2, 'ipc'], // stdout is the command's own
      execArgv: [...STEADY_MEMORY.flags],
      env: { ...STEADY_MEMORY.environment, ...process.env },
    });
    this.#watch = new UnitWatch((what) => {
      this.#fail(diedError(`${what} and was killed`));
      this.#child.kill('SIGKILL');
    }, limits);
    this.#child.on('message', (message: FromUnitProcess) => {
      if (message.type === 'log') logger[message.level](message.fields, message.message);
      else this.#receive(message);
    });
    this.#exited = new Promise((resolve) => {
      const onGone = (how: string): void => {
        this.#isGone = true;
        clearTimeout(this.#killTimer);
        this.#watch[Symbol.dispose]();
        this.#fail(this.#isStopped ? abortedError('the unit was complete') : diedError(`ended unexpectedly: ${how}`));
        resolve();
      };
      this.#child.on('error', (error) => {
        if (this.#child.pid === undefined) onGone(error.message);
      });
      this.#child.once('exit', (exitCode, signal) => onGone(signal ?? `exit code ${exitCode}`));
    });
    this.#post({ type: 'open', job: { input, output, settings } });
  }

  /** Starts a process; resolves when its generator is open. Rejects with what it could not open, and WORKER_DIED. */
  static async open(options: UnitProcessOptions): Promise<UnitProcess> {
    const opened = new UnitProcess(options);
    try {
      await opened.#next();
      return opened;
    } catch (error) {
      await opened.stop();
      throw error;
    }
  }

  /** Process id; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** False once it failed, was stopped or died: it runs no further unit. */
  get isUsable(): boolean {
    return this.#failure === undefined && !this.#isStopped;
  }

  /**
   * Renders one unit and yields a row for each item and variant that is not done, once its files are stored. One call at a time. A caller
   * that leaves the loop early stops the process.
   *
   * @throws {NocturneError} the unit's own failure; WORKER_DIED when the process died or hung; ABORTED after {@link stop}.
   */
  async *run(unit: Unit, isDone: (item: string, variant: number) => boolean): AsyncIterable<ItemRow> {
    const done: string[] = [];
    for (const { id } of unit.items) {
      for (let variant = 0; variant < this.#variants; variant++)
        if (isDone(id, variant)) done.push(doneKey(id, variant));
    }
    let isOver = false;
    try {
      this.#watch.onBusy(true);
      this.#post({ type: 'unit', unit, done });
      for (let next = await this.#next(); next !== 'end'; next = await this.#next()) {
        if (next === 'opened') continue;
        yield next;
        this.#post({ type: 'taken' });
      }
      isOver = true;
    } finally {
      this.#watch.onBusy(false);
      if (!isOver) await this.stop();
    }
  }

  /** Asks the process to end and waits until it is gone; kills it after the timeout. Idempotent, never rejects. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#isGone) return; // a timer would keep whoever started it alive
    this.#post({ type: 'stop' });
    this.#killTimer ??= setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #receive(message: Exclude<FromUnitProcess, { type: 'log' }>): void {
    if (message.type === 'alive') {
      this.#watch.onAlive(message.cpuMs);
      return;
    }
    this.#watch.onProgress();
    if (message.type === 'failed') {
      this.#fail(deserializeError(message.error));
      return;
    }
    this.#inbox.push(message.type === 'row' ? message.row : message.type);
    this.#wake?.();
  }

  /** The first failure counts. */
  #fail(error: NocturneError): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  async #next(): Promise<ItemRow | 'opened' | 'end'> {
    for (;;) {
      const next = this.#inbox.shift();
      if (next !== undefined) return next;
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #post(message: ToUnitProcess): void {
    // The event `exit` reports a channel that breaks at this moment.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

/** @param how a clause about the process. */
function diedError(how: string): NocturneError {
  return new NocturneError({
    code: 'WORKER_DIED',
    stage: 'pipeline',
    message: `the process that renders units ${how}.`,
    remedy: 'Run the same command again: it continues where it stopped. Please report it if it happens again.',
  });
}
