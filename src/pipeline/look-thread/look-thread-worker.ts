import type { Worker } from 'node:worker_threads';
import { NocturneError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { FromLookThread, ToLookThread } from '../look-thread-messages.js';

/** What answers a question; log lines go their own way. */
export type ThreadAnswer = Exclude<FromLookThread, { type: 'log' }>;

/** Whoever waits for an answer. */
interface Waiter {
  resolve(answer: ThreadAnswer): void;
  reject(error: NocturneError): void;
}

/** A look thread as its owner sees it: questions, answers in their order, log lines, its end. */
export class LookThreadHandle {
  /** Resolves when the thread is gone, whatever ended it. */
  readonly exited: Promise<void>;
  readonly #worker: Worker;
  readonly #waiters: Waiter[] = [];
  #failure: NocturneError | undefined;

  /** Takes the worker, whose first answer says whether it opened. */
  constructor(worker: Worker, logger: Logger) {
    this.#worker = worker;
    let thrown: unknown;
    worker.on('error', (error) => {
      thrown = error;
    });
    worker.on('message', (message: FromLookThread) => {
      if (message.type === 'log') logger[message.level](message.fields, message.message);
      else this.#waiters.shift()?.resolve(message);
    });
    this.exited = new Promise((resolve) => {
      worker.once('exit', (exitCode) => {
        this.#failure = died(thrown instanceof Error ? thrown.message : `exit code ${exitCode}`, thrown);
        for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#failure);
        resolve();
      });
    });
  }

  /** Waits for the thread's own end, and after the limit ends it. */
  async end(limitMs: number): Promise<void> {
    const limit = setTimeout(() => void this.#worker.terminate(), limitMs);
    await this.exited;
    clearTimeout(limit);
  }

  /** Questions without an answer yet. */
  get open(): number {
    return this.#waiters.length;
  }

  /** A thread that is gone takes no notice. */
  post(message: ToLookThread): void {
    this.#worker.postMessage(message);
  }

  /** The answer to the oldest question that nobody waits for. Rejects with WORKER_DIED when the thread is gone. */
  answer(): Promise<ThreadAnswer> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }
}

function died(how: string, cause: unknown): NocturneError {
  const message = `the generator's thread ended unexpectedly: ${how}.`;
  return new NocturneError({ code: 'WORKER_DIED', stage: 'infer', message, cause });
}
