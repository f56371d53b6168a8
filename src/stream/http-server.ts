import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
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

/** Node's HTTP server with limits of time and number. `localhost` is all of its addresses, IPv4 and IPv6: clients try either. */
export class HttpServer {
  readonly server: Server;
  /** Listeners on further addresses of `localhost`, which hand their connections to the server. */
  readonly #others: TcpServer[] = [];

  /** @param guard watches the connections. */
  constructor(handle: RequestListener, guard: ConnectionGuard) {
    this.server = createServer(
      {
        requestTimeout: REQUEST_TIMEOUT_MS,
        headersTimeout: REQUEST_TIMEOUT_MS,
        connectionsCheckingInterval: CONNECTION_CHECK_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
      },
      (request, response) => guard.handle(request.socket, response, () => handle(request, response)),
    );
    this.server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
    const serve = this.server.listeners('connection');
    this.server.removeAllListeners('connection');
    this.server.on('connection', (socket: Socket | PacedSocket) => {
      const paced = socket instanceof PacedSocket ? socket : new PacedSocket(socket); // a declined upgrade returns it
      if (paced !== socket) guard.open(paced, paced.remoteAddress);
      for (const listener of serve) listener.call(this.server, paced);
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
    await Promise.all(closed);
  }
}

async function listen(server: TcpServer, options: ListenOptions): Promise<void> {
  server.listen({ ...options, backlog: LISTEN_BACKLOG });
  await once(server, 'listening'); // rejects when the server emits an error
}
