import { connect, type Socket } from 'node:net';
import { Backoff } from '../../core/backoff.js';
import { NocturneError } from '../../core/errors.js';
import type { NetworkSession, NetworkTensor, Placement, TensorPort } from '../network-session.js';
import {
  SILENT_AFTER_MS,
  type FromGeneratorProcess,
  type NetworkRequest,
  type ShareOptions,
  type ToGeneratorProcess,
} from './share-messages.js';
import { encodeMessage, MessageReader, type Tensors } from './tensor-message.js';

/** How long a network may take to open, milliseconds. */
const OPEN_TIMEOUT_MS = 60_000;
/** How long to try to reach a process that starts, milliseconds. */
const CONNECT_TIMEOUT_MS = 15_000;
/** Pauses between tries to reach the process again, milliseconds. */
const RECONNECT = { firstMs: 100, maxMs: 2000 } as const;

/**
 * Opens a network in the generator process. Its `run` rejects at once while the process cannot be reached; the session connects again by itself.
 * Throws as `openNetworkSession` does, and NocturneError WORKER_DIED when the process cannot be reached.
 */
export async function openSharedSession(request: NetworkRequest, share: ShareOptions): Promise<NetworkSession> {
  const deadlineMs = performance.now() + CONNECT_TIMEOUT_MS;
  const backoff = new Backoff(RECONNECT);
  for (;;) {
    try {
      return new SharedNetworkSession(await Link.open(request, share), request, share);
    } catch (error) {
      if (!(error instanceof NocturneError) || error.code !== 'WORKER_DIED' || performance.now() > deadlineMs)
        throw error;
      await new Promise((resolve) => setTimeout(resolve, backoff.nextMs()));
    }
  }
}

class SharedNetworkSession implements NetworkSession {
  readonly #request: NetworkRequest;
  readonly #share: ShareOptions;
  readonly #backoff = new Backoff(RECONNECT);
  #link: Link;
  #failure: Error | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(link: Link, request: NetworkRequest, share: ShareOptions) {
    this.#request = request;
    this.#share = share;
    this.#link = link;
    this.#watch(link);
  }

  get inputs(): readonly TensorPort[] {
    return this.#link.network.inputs;
  }

  get outputs(): readonly TensorPort[] {
    return this.#link.network.outputs;
  }

  get placement(): Placement {
    return this.#link.network.placement;
  }

  get isElsewhere(): boolean {
    return true;
  }

  async run(inputs: Tensors, outputs: readonly string[]): Promise<Readonly<Record<string, NetworkTensor>>> {
    if (this.#isClosed) throw new TypeError('run needs an open session, got a closed one');
    if (this.#link.failure !== undefined) throw this.#failure ?? this.#link.failure;
    return this.#link.run(inputs, outputs);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#link.end();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #watch(link: Link): void {
    void link.ended.then(() => this.#reconnectLater());
  }

  #reconnectLater(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#reconnect(), this.#backoff.nextMs());
    this.#timer.unref();
  }

  async #reconnect(): Promise<void> {
    try {
      const link = await Link.open(this.#request, this.#share);
      if (this.#isClosed) {
        link.end();
        return;
      }
      this.#link = link;
      this.#failure = undefined;
      this.#backoff.reset();
      this.#watch(link);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error)); // also that the model is missing or damaged now
      this.#reconnectLater();
    }
  }
}

/** One connection to the generator process. */
class Link {
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;
  /** Why it ended; undefined while it lasts. */
  failure: NocturneError | undefined;
  network: Omit<Extract<FromGeneratorProcess, { type: 'opened' }>, 'type'> = {
    inputs: [],
    outputs: [],
    placement: { engine: 'onnx', device: 'cpu', notice: '' },
  };
  readonly #socket: Socket;
  readonly #share: ShareOptions;
  readonly #pending = new Map<number, { resolve: (tensors: Tensors) => void; reject: (error: Error) => void }>();
  readonly #watch: NodeJS.Timeout;
  #silentMs = 0;
  #lastId = 0;
  #end: () => void = () => undefined;

  private constructor(share: ShareOptions) {
    this.#share = share;
    this.#socket = connect(share.address);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    const reader = new MessageReader<FromGeneratorProcess>();
    this.#socket.on('data', (chunk: Buffer) => {
      this.#silentMs = 0;
      try {
        for (const { head, tensors } of reader.read(chunk)) this.#handle(head, tensors);
      } catch (error) {
        this.#fail('sent what is no message', error);
      }
    });
    this.#socket.on('error', (error) => this.#fail('cannot be reached', error));
    this.#socket.on('close', () => this.#fail('has ended'));
    // Counts ticks, not the clock: when this thread was busy, unread messages wait.
    this.#watch = setInterval(() => {
      this.#silentMs += SILENT_AFTER_MS / 10;
      if (this.#silentMs >= SILENT_AFTER_MS) this.#fail('does not respond');
    }, SILENT_AFTER_MS / 10);
    this.#watch.unref();
  }

  static async open(request: NetworkRequest, share: ShareOptions): Promise<Link> {
    const link = new Link(share);
    const { key, stream } = share;
    const opened = new Promise<Tensors>((resolve, reject) => link.#pending.set(0, { resolve, reject }));
    const timer = setTimeout(
      () => link.#fail(`has not opened a network in ${OPEN_TIMEOUT_MS / 1000} s`),
      OPEN_TIMEOUT_MS,
    );
    timer.unref();
    link.#send({ type: 'hello', key, stream });
    link.#send({ type: 'open', request });
    try {
      await opened;
      return link;
    } catch (error) {
      link.end();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  run(inputs: Tensors, outputs: readonly string[]): Promise<Tensors> {
    const id = ++this.#lastId;
    const result = new Promise<Tensors>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#send({ type: 'run', id, outputs }, inputs);
    return result;
  }

  end(): void {
    this.#fail('was left');
  }

  #send(head: ToGeneratorProcess, tensors: Tensors = {}): void {
    this.#socket.cork();
    for (const part of encodeMessage({ head, tensors })) this.#socket.write(part);
    this.#socket.uncork();
  }

  #handle(head: FromGeneratorProcess, tensors: Tensors): void {
    if (head.type === 'alive') return;
    const id = head.type === 'opened' ? 0 : head.id;
    const waiting = this.#pending.get(id);
    this.#pending.delete(id);
    if (head.type === 'opened') this.network = head;
    if (head.type === 'result') this.#share.onRun?.(head);
    if (head.type === 'failed') waiting?.reject(errorOf(head));
    else waiting?.resolve(tensors);
  }

  #fail(how: string, cause?: unknown): void {
    if (this.failure) return;
    const message = `the generator process ${how}.`;
    this.failure = new NocturneError({ code: 'WORKER_DIED', stage: 'infer', message, fatal: false, cause });
    clearInterval(this.#watch);
    this.#socket.destroy();
    for (const { reject } of this.#pending.values()) reject(this.failure);
    this.#pending.clear();
    this.#end();
  }
}

function errorOf({ message, code }: Extract<FromGeneratorProcess, { type: 'failed' }>): Error {
  return code === undefined ? new Error(message) : new NocturneError({ code, stage: 'infer', message });
}
