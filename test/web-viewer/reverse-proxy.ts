import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

/**
 * A reverse proxy that serves a server below a prefix. Sends it the server's own `Host`, as nginx does by default, or the client's with
 * `X-Forwarded-*`, as Caddy does.
 */
export class ReverseProxy {
  readonly #server = createServer();
  readonly #prefix: string;
  readonly #passesHost: boolean;
  #target = 0;

  /** @param prefix without a slash at its end; the proxy removes it. @param passesHost keeps the client's `Host`. */
  constructor(prefix: string, passesHost = false) {
    this.#prefix = prefix;
    this.#passesHost = passesHost;
    this.#server.on('request', (incoming, outgoing) => {
      if (!incoming.url?.startsWith(prefix)) return void outgoing.writeHead(404).end();
      const forwarded = request({ ...this.#forward(incoming), port: this.#target }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      forwarded.on('error', () => outgoing.destroy());
      incoming.pipe(forwarded);
    });
    this.#server.on('upgrade', (incoming, socket) => {
      const { path, method, headers } = this.#forward(incoming);
      const server = connect(this.#target, '127.0.0.1', () => {
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
        server.write([`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
        server.pipe(socket).pipe(server);
      });
      for (const end of [server, socket]) {
        end.on('error', () => undefined);
        end.on('close', () => (end === server ? socket : server).destroy());
      }
    });
  }

  /** Listens. */
  async open(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** Port of the server behind the proxy. */
  set target(port: number) {
    this.#target = port;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // a TCP server that listens has one
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #forward(incoming: IncomingMessage): { path: string; method: string; headers: IncomingMessage['headers'] } {
    const path = incoming.url?.slice(this.#prefix.length) ?? '';
    const { host = '' } = incoming.headers;
    const forwarded = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-host': host, 'x-forwarded-proto': 'http' };
    const own = { host: `127.0.0.1:${this.#target}` };
    const headers = { ...incoming.headers, ...(this.#passesHost ? forwarded : own) };
    return { path: path.startsWith('/') ? path : `/${path}`, method: incoming.method ?? 'GET', headers };
  }
}
