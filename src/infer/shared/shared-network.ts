import { setTimeout as sleep } from 'node:timers/promises';
import { FairQueue } from './fair-queue.js';
import type { Lane } from './lane.js';
import { NetworkThread, type OpenedNetwork } from './network-thread.js';
import type { NetworkRequest, RunTimes } from './share-messages.js';
import type { Tensors } from './tensor-message.js';

/** Requests that one client may have in the queue: one in the making, one behind it. What it sends beyond waits in its socket. */
const MAX_REQUESTS_PER_CLIENT = 2;
/** How long a batch that is not full waits for the requests of other streams, milliseconds: a tenth of a frame at 30 frames/s. */
const BATCH_WAIT_MS = 3;

/** Receives what becomes of a request. Neither throws: what concerns one client does not reach the others of its batch. */
export interface RequestEvents {
  readonly onResult: (tensors: Tensors, times: RunTimes) => void;
  readonly onFailed: (error: unknown) => void;
}

interface Request extends RequestEvents {
  readonly inputs: Tensors;
  readonly outputs: readonly string[];
  readonly addedMs: number;
}

/** Options of {@link SharedNetwork}. */
export interface SharedNetworkOptions {
  readonly request: NetworkRequest;
  /** Most requests that run together; undefined: what suits the device. */
  readonly batch: number | undefined;
  /** Where networks on a GPU take turns. */
  readonly gpu: Lane;
}

/** One network that several streams use. Serves their requests in turn, several together where the network allows. */
export class SharedNetwork<Client extends object> {
  readonly #options: SharedNetworkOptions;
  readonly #queue = new FairQueue<Client, Request>(MAX_REQUESTS_PER_CLIENT);
  readonly #clients = new Set<Client>();
  #opening: ReturnType<typeof NetworkThread.open> | undefined;
  #isRunning = false;

  constructor(options: SharedNetworkOptions) {
    this.#options = options;
  }

  /** Streams that use the network. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Adds a client. Resolves once the network is open; throws as `openNetworkSession` does. */
  async join(client: Client): Promise<OpenedNetwork> {
    this.#clients.add(client);
    return (await this.#open()).network;
  }

  /** Removes a client with its requests. */
  leave(client: Client): void {
    this.#clients.delete(client);
    this.#queue.drop(client);
  }

  /** True when a client must wait before it adds another request. */
  isFull(client: Client): boolean {
    return this.#queue.isFull(client);
  }

  /** Adds a request of a client. Takes the inputs. Throws RangeError when {@link isFull}. */
  add(client: Client, inputs: Tensors, outputs: readonly string[], events: RequestEvents): void {
    const { onResult, onFailed } = events;
    this.#queue.add(client, { inputs, outputs, onResult, onFailed, addedMs: performance.now() });
    if (!this.#isRunning) void this.#runQueue();
  }

  /** Ends the network's thread. Never throws. */
  async close(): Promise<void> {
    await this.#opening?.then(
      ({ thread }) => thread.close(),
      () => undefined,
    );
  }

  /** Opens the network's thread, again where it has ended. */
  async #open(): ReturnType<typeof NetworkThread.open> {
    const before = this.#opening;
    const opened = await before?.catch(() => undefined);
    if (before !== this.#opening) return this.#open(); // another caller has replaced it
    if (opened && !opened.thread.isGone) return opened;
    this.#opening = NetworkThread.open(this.#options.request, this.#options.batch);
    return this.#opening;
  }

  async #runQueue(): Promise<void> {
    this.#isRunning = true;
    while (this.#queue.size > 0) await this.#runBatch();
    this.#isRunning = false;
  }

  async #runBatch(): Promise<void> {
    let taken: Request[] = [];
    try {
      const { thread, network } = await this.#open();
      const isOnGpu = network.placement.device !== 'cpu';
      const waitsForMore = network.batch > 1 && this.#queue.clients < Math.min(network.batch, this.#clients.size);
      if (waitsForMore) await sleep(BATCH_WAIT_MS);
      const run = async (): Promise<void> => {
        taken = this.#queue.take(network.batch, kindOf);
        const [first] = taken;
        if (!first) return; // its client has left
        const startedMs = performance.now();
        const inputs = taken.map((request) => request.inputs);
        const { results, runMs } = await thread.run(inputs, first.outputs);
        taken.forEach(({ onResult, addedMs }, i) => {
          onResult(results[i] ?? {}, { waitMs: startedMs - addedMs, runMs, batch: taken.length });
        });
      };
      await (isOnGpu ? this.#options.gpu.run(run) : run());
    } catch (error) {
      if (taken.length === 0) taken = this.#queue.take(Infinity, () => '');
      for (const { onFailed } of taken) onFailed(error);
    }
  }
}

/** Requests of equal kind may run together. */
function kindOf({ inputs, outputs }: Request): string {
  return JSON.stringify([Object.entries(inputs).map(([name, { shape }]) => [name, shape]), outputs]);
}
