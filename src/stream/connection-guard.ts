import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { silentLogger } from '../core/logger.js';
import type { Logger } from '../core/logger.js';
import { networkOf } from './address-limiter.js';
import { LineLimit } from './line-limit.js';

/**
 * Connections that the kernel queues for the server while it is busy. When more arrive, clients try again after 1 s; Node's default
 * of 511 is one attacker's burst.
 */
export const LISTEN_BACKLOG = 1024;
/** Maximum number of connections that are no viewers: twice the kernel's queue, so that one burst displaces no other client. */
const MAX_CONNECTIONS = 2 * LISTEN_BACKLOG;
/** Maximum number of a connection's requests without an answer. Browsers and proxies send one at a time. */
const MAX_PIPELINED = 4;
/** Timeout for a client to take a response, milliseconds: the page's largest file takes 30 s at 50 kbit/s. */
const RESPONSE_TIMEOUT_MS = 30_000;
/** Minimum time between two log lines, milliseconds. */
const LOG_INTERVAL_MS = 60_000;

/** Why the guard closes a connection. */
export type CutReason = 'displaced' | 'pipelined' | 'unread';

/** Options of a {@link ConnectionGuard}; tests shorten them. */
export interface ConnectionGuardOptions {
  readonly logger?: Logger;
  readonly maxConnections?: number;
  readonly maxPipelined?: number;
  readonly responseTimeoutMs?: number;
}

/** One connection that is no viewer. */
interface Connection {
  readonly socket: Duplex;
  readonly network: string;
  /** The requests without a complete response, first to last: what starts the work of each. The first one runs. */
  readonly requests: (() => void)[];
  responseTimer: NodeJS.Timeout | undefined;
}

/**
 * Keeps a server open to new clients: bounds the connections that are no viewers, the requests that one pipelines and the time
 * in which it takes a response.
 *
 * There is no fixed limit per address. A new connection always gets in: above the maximum it displaces the oldest one of the
 * network that has the most. A client that opens thousands thus displaces its own, and a reverse proxy, whose one address
 * stands for many clients, hits no limit while there is room. Viewers are admitted once their token is checked; they are
 * never displaced.
 */
export class ConnectionGuard {
  readonly #logger: Logger;
  readonly #maxConnections: number;
  readonly #maxPipelined: number;
  readonly #responseTimeoutMs: number;
  readonly #bySocket = new Map<Duplex, Connection>();
  /** Each network's connections, oldest first. */
  readonly #byNetwork = new Map<string, Set<Connection>>();
  readonly #cuts: Record<CutReason, number> = { displaced: 0, pipelined: 0, unread: 0 };
  readonly #lines = new LineLimit(LOG_INTERVAL_MS);

  constructor(options: ConnectionGuardOptions = {}) {
    this.#logger = options.logger ?? silentLogger;
    this.#maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
    this.#maxPipelined = options.maxPipelined ?? MAX_PIPELINED;
    this.#responseTimeoutMs = options.responseTimeoutMs ?? RESPONSE_TIMEOUT_MS;
  }

  /** Connections closed since the start, by reason. */
  get cuts(): Readonly<Record<CutReason, number>> {
    return this.#cuts;
  }

  /** Counts a new connection; above the maximum, closes an older one. */
  open(socket: Duplex, address?: string): void {
    const connection = { socket, network: networkOf(address), requests: [], responseTimer: undefined };
    const siblings = this.#byNetwork.get(connection.network) ?? new Set();
    this.#byNetwork.set(connection.network, siblings.add(connection));
    this.#bySocket.set(socket, connection);
    socket.once('close', () => this.#forget(connection));
    if (this.#bySocket.size > this.#maxConnections) this.#displace();
  }

  /** Handles a connection's requests one after the other, as HTTP/1.1 sends the responses anyway; too many close it. */
  handle(socket: Duplex, response: ServerResponse, handle: () => void): void {
    const connection = this.#bySocket.get(socket);
    if (!connection) return; // it is closed; Node still parses what it has read
    if (connection.requests.push(handle) > this.#maxPipelined) {
      this.#cut(connection, 'pipelined');
      return;
    }
    response.once('close', () => {
      connection.requests.shift();
      this.#start(connection);
    });
    if (connection.requests.length === 1) this.#start(connection);
  }

  /** The connection is a viewer now: it counts no longer and is not displaced. */
  admit(socket: Duplex): void {
    const connection = this.#bySocket.get(socket);
    if (connection) this.#forget(connection);
  }

  /** Closes the oldest connection of the network that has the most. */
  #displace(): void {
    let largest = new Set<Connection>();
    for (const connections of this.#byNetwork.values()) if (connections.size > largest.size) largest = connections;
    const [oldest] = largest;
    if (oldest) this.#cut(oldest, 'displaced');
  }

  #cut(connection: Connection, reason: CutReason): void {
    this.#forget(connection);
    connection.socket.destroy();
    this.#cuts[reason]++;
    const connections = this.#lines.add();
    if (connections === undefined) return;
    const fields = { connections, reason, network: connection.network };
    this.#logger.warn(fields, 'Closed connections of a client that holds too many, or does not read its responses.');
  }

  /** Counts a connection no longer; what it still asks for over HTTP is dropped. */
  #forget(connection: Connection): void {
    clearTimeout(connection.responseTimer);
    connection.requests.length = 0;
    const siblings = this.#byNetwork.get(connection.network);
    if (siblings?.delete(connection) && siblings.size === 0) this.#byNetwork.delete(connection.network);
    this.#bySocket.delete(connection.socket);
  }

  /** Starts the first request, and the time of its response. */
  #start(connection: Connection): void {
    clearTimeout(connection.responseTimer);
    const [handle] = connection.requests;
    if (!handle || connection.socket.destroyed) return;
    connection.responseTimer = setTimeout(() => this.#cut(connection, 'unread'), this.#responseTimeoutMs).unref();
    handle();
  }
}
