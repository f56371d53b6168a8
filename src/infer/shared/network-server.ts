import { timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { NocturneError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import { Lane } from './lane.js';
import { SharedNetwork } from './shared-network.js';
import {
  ALIVE_INTERVAL_MS,
  type FromGeneratorProcess,
  type NetworkRequest,
  type ToGeneratorProcess,
} from './share-messages.js';
import { encodeMessage, MAX_MESSAGE_BYTES, MessageReader, type TensorMessage, type Tensors } from './tensor-message.js';

/** How long a connection may take to say who it is, milliseconds. */
const HELLO_TIMEOUT_MS = 5000;
/** Largest message of a connection that has not shown the key, bytes. */
const MAX_HELLO_BYTES = 1 << 20;
/** Most connections: two networks of each of 512 streams. */
const MAX_CONNECTIONS = 1024;

/** Options of {@link NetworkServer.listen}. */
export interface NetworkServerOptions {
  /** Path of a Unix domain socket in a private folder, or name of a Windows pipe. */
  readonly address: string;
  /** The secret of each connection. */
  readonly key: string;
  /** Most requests of a network that run together; undefined: what suits its device. */
  readonly batch: number | undefined;
  readonly logger: Logger;
}

/**
 * Serves networks to the streams of one main process: each network is loaded once for each request of it, whatever the number of streams, and
 * their requests are run in turn.
 */
export class NetworkServer implements AsyncDisposable {
  readonly #options: NetworkServerOptions;
  readonly #networks = new Map<string, SharedNetwork<Connection>>();
  readonly #connections = new Set<Connection>();
  readonly #gpu = new Lane();
  readonly #server: Server;
  readonly #alive: NodeJS.Timeout;

  private constructor(options: NetworkServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => {
      const connection = new Connection(socket, options.key, {
        join: async (request, client) => {
          const shared = this.#networkOf(request);
          return { network: await shared.join(client), shared };
        },
        leave: (client, request) => {
          this.#connections.delete(client);
          if (request) this.#leave(request, client);
        },
      });
      this.#connections.add(connection);
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#alive = setInterval(() => {
      for (const connection of this.#connections) connection.send({ type: 'alive' });
    }, ALIVE_INTERVAL_MS);
  }

  /** Listens at the address, in place of a process that has died there. Rejects with what `net` throws. */
  static async listen(options: NetworkServerOptions): Promise<NetworkServer> {
    const server = new NetworkServer(options);
    if (process.platform !== 'win32') rmSync(options.address, { force: true });
    try {
      await new Promise<void>((resolve, reject) => {
        server.#server.once('error', reject);
        server.#server.listen(options.address, resolve);
      });
    } catch (error) {
      await server.close();
      throw error;
    }
    server.#server.on('error', (error) => options.logger.warn({ reason: error.message }, 'A connection failed.'));
    return server;
  }

  /** Ends all connections and networks. Idempotent, never throws. */
  async close(): Promise<void> {
    clearInterval(this.#alive);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.end();
    await Promise.all([...this.#networks.values()].map((network) => network.close()));
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #networkOf(request: NetworkRequest): SharedNetwork<Connection> {
    const key = JSON.stringify(request);
    const known = this.#networks.get(key);
    if (known) return known;
    const { batch, logger } = this.#options;
    const network = new SharedNetwork<Connection>({ request, batch, gpu: this.#gpu });
    this.#networks.set(key, network);
    logger.debug({ model: request.path, ...request.options }, 'The generator process loads a network.');
    return network;
  }

  /** Closes a network that nobody uses. */
  #leave(request: NetworkRequest, client: Connection): void {
    const key = JSON.stringify(request);
    const network = this.#networks.get(key);
    network?.leave(client);
    if (network?.clients !== 0) return;
    this.#networks.delete(key);
    void network.close();
  }
}

/** What a connection asks of its server. */
interface ConnectionEvents {
  join(
    request: NetworkRequest,
    client: Connection,
  ): Promise<{
    readonly network: Omit<Extract<FromGeneratorProcess, { type: 'opened' }>, 'type'>;
    readonly shared: SharedNetwork<Connection>;
  }>;
  /** Last call. @param request the network it had joined. */
  leave(client: Connection, request: NetworkRequest | undefined): void;
}

/** One stream's use of one network. */
class Connection {
  readonly #socket: Socket;
  readonly #key: string;
  readonly #events: ConnectionEvents;
  readonly #reader = new MessageReader<ToGeneratorProcess>(MAX_HELLO_BYTES);
  readonly #helloTimer: NodeJS.Timeout;
  #hasKey = false;
  #request: NetworkRequest | undefined;
  #shared: SharedNetwork<Connection> | undefined;
  /** Messages that were read while the queue was full. */
  readonly #waiting: TensorMessage<ToGeneratorProcess>[] = [];

  constructor(socket: Socket, key: string, events: ConnectionEvents) {
    this.#socket = socket;
    this.#key = key;
    this.#events = events;
    this.#helloTimer = setTimeout(() => this.end(), HELLO_TIMEOUT_MS);
    socket.on('error', () => undefined); // `close` follows
    socket.on('close', () => {
      clearTimeout(this.#helloTimer);
      events.leave(this, this.#request);
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const message of this.#reader.read(chunk)) {
          this.#waiting.push(message);
          this.#handleWaiting();
        }
      } catch {
        this.end(); // not of this protocol
      }
    });
  }

  /** Cuts the connection. */
  end(): void {
    this.#socket.destroy();
  }

  /** Sends a message to a client that has the key. What a client that does not read may leave here is bounded by its requests. */
  send(head: FromGeneratorProcess, tensors: Tensors = {}): void {
    if (this.#socket.destroyed || !this.#hasKey) return;
    this.#socket.cork();
    for (const part of encodeMessage({ head, tensors })) this.#socket.write(part);
    this.#socket.uncork();
  }

  /** Handles messages in order, and reads no more from a client whose queue is full. Cuts the connection of one that breaks the protocol. */
  #handleWaiting(): void {
    if (this.#socket.destroyed) return;
    try {
      while (this.#waiting.length > 0 && !this.#shared?.isFull(this)) {
        const message = this.#waiting.shift();
        if (message) this.#handle(message);
      }
    } catch {
      this.end();
      return;
    }
    if (this.#waiting.length > 0) this.#socket.pause();
    else this.#socket.resume();
  }

  #handle({ head, tensors }: TensorMessage<ToGeneratorProcess>): void {
    if (head.type === 'hello') {
      this.#hasKey = isEqual(head.key, this.#key);
      clearTimeout(this.#helloTimer);
    }
    if (!this.#hasKey) throw new TypeError('the first message must have the key');
    this.#reader.maxBytes = MAX_MESSAGE_BYTES;
    if (head.type === 'open') {
      if (this.#request) throw new TypeError('a connection opens one network');
      this.#request = head.request;
      void this.#open(head.request);
    }
    if (head.type === 'run') this.#run(head, tensors);
  }

  async #open(request: NetworkRequest): Promise<void> {
    try {
      const { network, shared } = await this.#events.join(request, this);
      this.#shared = shared;
      const { inputs, outputs, placement } = network;
      this.send({ type: 'opened', inputs, outputs, placement });
    } catch (error) {
      this.#sendFailure(0, error);
    }
  }

  #run({ id, outputs }: Extract<ToGeneratorProcess, { type: 'run' }>, inputs: Tensors): void {
    if (!this.#shared) throw new TypeError('a network must be open before it runs');
    this.#shared.add(this, inputs, outputs, {
      onResult: (tensors, times) => {
        try {
          this.send({ type: 'result', id, ...times }, tensors);
        } catch (error) {
          this.#sendFailure(id, error); // over the largest message
        }
        this.#handleWaiting();
      },
      onFailed: (error) => {
        this.#sendFailure(id, error);
        this.#handleWaiting();
      },
    });
  }

  #sendFailure(id: number, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.send({ type: 'failed', id, message, code: error instanceof NocturneError ? error.code : undefined });
  }
}

function isEqual(a: unknown, b: string): boolean {
  const [first, second] = [Buffer.from(String(a)), Buffer.from(b)];
  return first.length === second.length && timingSafeEqual(first, second);
}
