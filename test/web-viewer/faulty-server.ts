import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import { DEFAULT_CONTROLS } from '../../src/core/controls.js';
import { micros, wallClock } from '../../src/core/time.js';
import {
  serializePacket,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
  type ClientMessage,
  type ServerMessage,
} from '../../src/stream/protocol.js';
import type { H264Clip } from './h264-clip.js';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};
const FRAME_US = 33_333;

/** Options of a {@link FaultyServer}. */
export interface FaultyServerOptions {
  readonly clip: H264Clip;
  /** Folder of the bundled page. */
  readonly page: string;
  /** Closes every connection at once with this code. */
  readonly refuseWith?: number;
  readonly version?: number;
}

/** A server of the wire protocol that plays a clip in a loop, with faults that the real server does not have. */
export class FaultyServer {
  readonly received: ClientMessage[] = [];
  readonly #options: FaultyServerOptions;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #timer: NodeJS.Timeout;
  #next = 0;
  #sequence = 0;
  #isFrozen = false;

  private constructor(options: FaultyServerOptions) {
    this.#options = options;
    this.#http = createServer((request, response) => {
      void this.#file(request.url ?? '/').then(({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type });
        response.end(body);
      });
    });
    this.#sockets = new WebSocketServer({ server: this.#http, handleProtocols: () => SUBPROTOCOL });
    this.#sockets.on('connection', (socket) => this.#join(socket));
    this.#timer = setInterval(() => this.burst(1), 1000 / 30);
  }

  static async open(options: FaultyServerOptions): Promise<FaultyServer> {
    const server = new FaultyServer(options);
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    const { port } = this.#http.address() as AddressInfo; // a TCP server's address is an object
    return `http://127.0.0.1:${port}/?stream=street`;
  }

  /** Sends `count` packets at once. */
  burst(count: number): void {
    const { accessUnits } = this.#options.clip;
    for (let i = 0; i < count; i++) {
      const { data, isKeyframe } = accessUnits[this.#next++ % accessUnits.length]!;
      const sequence = this.#sequence++;
      const times = { pts: micros(sequence * FRAME_US), duration: micros(FRAME_US), capturedAt: wallClock() };
      const frame = serializePacket({ data, isKeyframe, ...times }, sequence);
      if (this.#isFrozen) continue;
      for (const socket of this.#sockets.clients) socket.send(frame);
    }
  }

  /** Skips the next packets and their sequence numbers, without a discontinuity flag. */
  skipPackets(count: number): void {
    this.#sequence += count;
    this.#next += count;
  }

  /** Stops or resumes all messages, while connections stay open. */
  freeze(isFrozen: boolean): void {
    this.#isFrozen = isFrozen;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  #join(socket: WebSocket): void {
    const { refuseWith, version = PROTOCOL_VERSION, clip } = this.#options;
    if (refuseWith !== undefined) {
      socket.close(refuseWith);
      return;
    }
    const send = (message: ServerMessage): void => socket.send(JSON.stringify(message));
    const { codec, width, height } = clip;
    this.#next = 0; // the clip begins with a keyframe
    send({
      type: 'hello',
      version,
      stream: 'street',
      streams: ['street'],
      controls: DEFAULT_CONTROLS,
      canControl: true,
    });
    send({ type: 'state', state: 'live', message: '' });
    send({ type: 'format', format: { codec, width, height, sampleAspect: [1, 1], frameRate: 30 } });
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as ClientMessage; // sent by our own page
      this.received.push(message);
      if (message.type === 'keyframe') this.#next = 0;
      if (message.type !== 'ping' || this.#isFrozen) return;
      send({ type: 'pong', clientTime: message.clientTime, serverTime: wallClock() });
    });
  }

  async #file(address: string): Promise<{ status: number; type: string; body: string | Buffer }> {
    const { pathname } = new URL(address, 'http://x');
    const name = pathname === '/' ? 'index.html' : pathname;
    try {
      const body = await readFile(join(this.#options.page, name));
      return { status: 200, type: TYPES[extname(name)] ?? 'application/octet-stream', body };
    } catch {
      return { status: 404, type: 'text/plain', body: 'not found' };
    }
  }
}
