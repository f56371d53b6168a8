import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { LISTEN_BACKLOG, type ConnectionGuard } from './connection-guard.js';
import { PacedSocket } from './paced-socket.js';

/** Timeout for receiving a whole request, milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Interval at which Node checks the request timeout, milliseconds; its default of 30 s would add up to 30 s. */
const CONNECTION_CHECK_MS = 1000;
/** Time an idle connection stays open for the next request, milliseconds. */
const KEEP_ALIVE_MS = 5_000;
/** Maximum number of requests of a connection; the last response closes it. */
const MAX_REQUESTS_PER_CONNECTION = 1000;

/** Where a server listens. */
export interface ListenOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

/** What a server proves itself with, in PEM. */
export interface TlsIdentity {
  /** Its certificate, and those between it and a root. */
  readonly cert: string;
  /** Its private key. */
  readonly key: string;
}

/** Node's HTTP server with limits of time and number. `localhost` is all of its addresses, IPv4 and IPv6: clients try either. */
export class HttpServer {
  readonly server: Server;
  /** Listeners on further addresses of `localhost`, which hand their connections to the server. */
  readonly #others: TcpServer[] = [];
  /** Connections before the end of their TLS handshake, which Node's HTTP does not know yet; by client address and port. */
  readonly #shaking = new Map<string, Socket>();

  /**
   * @param guard watches the connections. @param tls speaks TLS 1.2 or newer with it; default: plain HTTP. Throws Node's error for a
   * certificate that is not one.
   */
  constructor(handle: RequestListener, guard: ConnectionGuard, tls?: TlsIdentity) {
    const limits = {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTION_CHECK_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    };
    const listener: RequestListener = (request, response) =>
      guard.handle(request.socket, response, () => handle(request, response));
    this.server = tls
      ? createTlsServer({ ...limits, ...tls, handshakeTimeout: REQUEST_TIMEOUT_MS }, listener)
      : createServer(limits, listener);
    this.server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
    this.#pace(tls ? 'secureConnection' : 'connection', guard);
    if (tls) this.#guardHandshakes(guard);
  }

  /** Passes connections to Node's HTTP in small pieces, once they are there. */
  #pace(event: 'connection' | 'secureConnection', guard: ConnectionGuard): void {
    const serve = this.server.listeners(event);
    this.server.removeAllListeners(event);
    this.server.on(event, (socket: Socket | PacedSocket) => {
      const paced = socket instanceof PacedSocket ? socket : new PacedSocket(socket); // a declined upgrade returns it
      if (paced !== socket) guard.open(paced, paced.remoteAddress);
      for (const listener of serve) listener.call(this.server, paced);
    });
    if (event === 'connection') return;
    // A declined upgrade comes as a new connection; it has its handshake behind it.
    const shake = this.server.listeners('connection');
    this.server.removeAllListeners('connection');
    this.server.on('connection', (socket: Socket | PacedSocket) => {
      if (socket instanceof PacedSocket) this.server.emit(event, socket);
      else for (const listener of shake) listener.call(this.server, socket);
    });
  }

  /** Counts connections also before their handshake. Its listeners run before those of {@link #pace}, which count the TLS connection. */
  #guardHandshakes(guard: ConnectionGuard): void {
    const shaking = this.#shaking;
    const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
    this.server.prependListener('connection', (socket: Socket | PacedSocket) => {
      if (socket instanceof PacedSocket) return;
      const key = keyOf(socket);
      shaking.set(key, socket);
      guard.open(socket, socket.remoteAddress);
      socket.once('close', () => {
        if (shaking.get(key) === socket) shaking.delete(key);
      });
    });
    this.server.prependListener('secureConnection', (socket: TLSSocket | PacedSocket) => {
      if (socket instanceof PacedSocket) return;
      const raw = shaking.get(keyOf(socket));
      if (raw) guard.admit(raw); // its TLS connection counts from now on
      shaking.delete(keyOf(socket));
    });
  }

  /** The bound port. */
  get port(): number {
    return (this.server.address() as AddressInfo).port; // a listening TCP server has one
  }

  /** Starts to listen. Rejects with Node's error, `EADDRINUSE` for instance. */
  async listen({ host, port }: ListenOptions): Promise<void> {
    await listen(this.server, { host, port });
    if (host !== 'localhost') return;
    const { address } = this.server.address() as AddressInfo;
    for (const other of await lookup(host, { all: true })) {
      if (other.address === address) continue;
      const listener = createTcpServer({ allowHalfOpen: true }, (socket) => this.server.emit('connection', socket));
      await listen(listener, { host: other.address, port: this.port }).then(
        () => this.#others.push(listener),
        () => undefined, // one address is enough
      );
    }
  }

  /** Stops listening and closes every HTTP connection; resolves when all sockets are gone. Never throws. */
  async close(): Promise<void> {
    const closed = [this.server, ...this.#others].map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve()); // an error says that it does not listen
        }),
    );
    this.server.closeAllConnections();
    for (const socket of this.#shaking.values()) socket.destroy();
    await Promise.all(closed);
  }
}

async function listen(server: TcpServer, options: ListenOptions): Promise<void> {
  server.listen({ ...options, backlog: LISTEN_BACKLOG });
  await once(server, 'listening'); // rejects when the server emits an error
}
