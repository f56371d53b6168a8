import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { NocturneError } from '../../core/errors.js';
import { disableOrtTelemetry } from '../ort-runtime.js';
import {
  buffersOf,
  type FromNetworkThread,
  type NetworkThreadData,
  type ToNetworkThread,
} from './network-thread-messages.js';
import type { NetworkRequest } from './share-messages.js';
import type { Tensors } from './tensor-message.js';

/** Compiled entry of the thread, from src/ under test and from dist/ alike. */
const THREAD_ENTRY = fileURLToPath(new URL('../../../dist/infer/shared/network-thread-entry.js', import.meta.url));
/** How long a batch may take, milliseconds: a network that takes longer hangs, and its thread is left. */
const RUN_TIMEOUT_MS = 30_000;
/** How long {@link NetworkThread.close} waits for the run in flight, milliseconds. */
const CLOSE_TIMEOUT_MS = 2000;

/** What a network thread says of its network. */
export type OpenedNetwork = Omit<Extract<FromNetworkThread, { type: 'opened' }>, 'type'>;

/**
 * One network on a thread of its own. Runs one batch at a time. A thread is never terminated: Node aborts the whole process when a native run
 * returns to a thread that is (`terminate called after throwing an instance of 'Napi::Error'`). It ends once its run is over.
 */
export class NetworkThread {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #waiting: { resolve(message: FromNetworkThread): void; reject(error: Error): void } | undefined;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  private constructor(request: NetworkRequest, batch: number | undefined) {
    disableOrtTelemetry();
    this.#worker = new Worker(THREAD_ENTRY, { workerData: { request, batch } satisfies NetworkThreadData });
    this.#worker.on('message', (message: FromNetworkThread) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve(message);
    });
    let thrown: Error | undefined;
    this.#worker.on('error', (error) => {
      thrown = error instanceof Error ? error : new Error(String(error));
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#failure ??= thrown ?? new Error('its thread ended');
        this.#waiting?.reject(this.#failure);
        resolve();
      });
    });
  }

  /** Opens a network. @param batch as for `openBatchedNetwork`. Throws as `openNetworkSession` does. */
  static async open(
    request: NetworkRequest,
    batch: number | undefined,
  ): Promise<{ readonly thread: NetworkThread; readonly network: OpenedNetwork }> {
    const thread = new NetworkThread(request, batch);
    try {
      const answer = await thread.#receive();
      if (answer.type === 'opened') return { thread, network: answer };
      throw answer.type === 'failed' ? errorOf(answer) : new TypeError('a thread opens before it runs');
    } catch (error) {
      await thread.close();
      throw error;
    }
  }

  /** Runs requests of equal shapes together. Takes their memory. Throws what the network throws; a thread that hangs is left. */
  async run(
    requests: readonly Tensors[],
    outputs: readonly string[],
  ): Promise<{ readonly results: readonly Tensors[]; readonly runMs: number }> {
    const timer = setTimeout(() => {
      this.#failure = new Error(`it took over ${RUN_TIMEOUT_MS / 1000} s`);
      this.#waiting?.reject(this.#failure);
      this.#waiting = undefined;
      void this.close();
    }, RUN_TIMEOUT_MS);
    try {
      this.#worker.postMessage({ type: 'run', requests, outputs } satisfies ToNetworkThread, buffersOf(requests));
      const answer = await this.#receive();
      if (answer.type === 'ran') return answer;
      throw answer.type === 'failed' ? errorOf(answer) : new TypeError('a thread opens once');
    } finally {
      clearTimeout(timer);
    }
  }

  /** True when the thread has ended or hangs: open another. */
  get isGone(): boolean {
    return this.#failure !== undefined;
  }

  /** Ends the thread once its run is over, and waits a little for it. Idempotent, never throws. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#worker.postMessage({ type: 'close' } satisfies ToNetworkThread);
    const timer = new AbortController();
    const timeout = sleep(CLOSE_TIMEOUT_MS, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([this.#exited, timeout]);
    timer.abort();
  }

  #receive(): Promise<FromNetworkThread> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }
}

function errorOf({ message, code }: Extract<FromNetworkThread, { type: 'failed' }>): Error {
  return code === undefined ? new Error(message) : new NocturneError({ code, stage: 'infer', message });
}
