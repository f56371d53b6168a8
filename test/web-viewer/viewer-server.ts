import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import { checkControls, DEFAULT_CONTROLS, type Controls } from '../../src/core/controls.js';
import { micros, wallClock } from '../../src/core/time.js';
import {
  CLOSE_CODES,
  encodePacket,
  markPacket,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
  type ClientMessage,
  type ServerMessage,
  type StreamStats,
} from '../../src/stream/protocol.js';
import type { H264Clip } from './h264-clip.js';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};
const FRAME_US = 33_333;
const CSP = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** How a {@link ViewerServer} behaves. */
export interface ViewerServerOptions {
  readonly clip: H264Clip;
  /** Folder of the bundled page. */
  readonly page: string;
  readonly token?: string;
  readonly streams?: readonly string[];
  readonly canControl?: boolean;
  readonly port?: number;
  /** Close code given to every viewer at once. */
  readonly refuseWith?: number;
  readonly version?: number;
  /** Instead of the clip's own. */
  readonly codec?: string;
}

/** A server of the wire protocol that plays a clip in a loop, to be as rude to viewers as a test needs. */
export class ViewerServer {
  readonly received: ClientMessage[] = [];
  controls: Controls = DEFAULT_CONTROLS;
  readonly #options: ViewerServerOptions;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #timers: NodeJS.Timeout[] = [];
  #next = 0;
  #sequence = 0;
  #gop: Uint8Array[] = [];
  #isMuted = false;
  #isFrozen = false;

  private constructor(options: ViewerServerOptions) {
    this.#options = options;
    this.#http = createServer((request, response) => {
      void this.#serve(new URL(request.url ?? '/', 'http://x'), request.headers.authorization).then(
        ({ status, type, body }) => {
          response.writeHead(status, { 'content-type': type, 'content-security-policy': CSP });
          response.end(body);
        },
      );
    });
    this.#sockets = new WebSocketServer({ server: this.#http, handleProtocols: () => SUBPROTOCOL });
    this.#sockets.on('connection', (socket, request) => this.#join(socket, new URL(request.url ?? '/', 'http://x')));
  }

  static async open(options: ViewerServerOptions): Promise<ViewerServer> {
    const server = new ViewerServer(options);
    await new Promise<void>((resolve) => server.#http.listen(options.port ?? 0, '127.0.0.1', resolve));
    server.#timers.push(setInterval(() => server.#play(), 1000 / 30));
    server.#timers.push(
      setInterval(() => server.send({ type: 'stats', stats: server.#stats(), serverTime: wallClock() }), 1000),
    );
    return server;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port; // a TCP server's address is an object
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  get viewers(): number {
    return this.#sockets.clients.size;
  }

  send(message: ServerMessage): void {
    if (this.#isFrozen) return;
    for (const socket of this.#sockets.clients) socket.send(JSON.stringify(message));
  }

  /** Sends bytes to every viewer as the stream's next packet. */
  sendPacket(data: Uint8Array<ArrayBuffer>, isKeyframe: boolean): void {
    const sequence = this.#sequence++;
    const times = { pts: micros(sequence * FRAME_US), duration: micros(FRAME_US), capturedAt: wallClock() };
    const frame = encodePacket({ data, isKeyframe, ...times }, sequence);
    if (isKeyframe) this.#gop = [];
    this.#gop.push(frame);
    if (this.#isFrozen) return;
    for (const socket of this.#sockets.clients) socket.send(frame);
  }

  /** Stops or goes on sending pictures. */
  mute(isMuted: boolean): void {
    this.#isMuted = isMuted;
  }

  /** Encodes the next pictures into nothing: viewers miss them. */
  loseNext(count: number): void {
    this.#sequence += count;
    this.#next += count;
  }

  /** Sends so many pictures at once. */
  burst(count: number): void {
    for (let i = 0; i < count; i++) this.#play();
  }

  /** Says nothing to anybody, and answers nothing, while connections stay open. */
  freeze(isFrozen: boolean): void {
    this.#isFrozen = isFrozen;
  }

  /** Cuts every connection without a closing handshake. */
  dropAll(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  /** Closes every connection with this code. */
  closeAll(code: number): void {
    for (const socket of this.#sockets.clients) socket.close(code);
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.dropAll();
    this.#sockets.close();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  #play(): void {
    if (this.#isMuted) return;
    const { accessUnits } = this.#options.clip;
    const unit = accessUnits[this.#next++ % accessUnits.length];
    if (unit) this.sendPacket(unit.data, unit.isKeyframe);
  }

  #join(socket: WebSocket, url: URL): void {
    const { token, refuseWith, clip, streams = ['street'] } = this.#options;
    if (refuseWith !== undefined) {
      socket.close(refuseWith);
      return;
    }
    if (token !== undefined && url.searchParams.get('token') !== token) {
      socket.close(CLOSE_CODES.UNAUTHORIZED);
      return;
    }
    const stream = decodeURIComponent(url.pathname.replace('/ws/', ''));
    if (!streams.includes(stream)) {
      socket.close(CLOSE_CODES.NO_SUCH_STREAM);
      return;
    }
    const send = (message: ServerMessage): void => socket.send(JSON.stringify(message));
    const { controls } = this;
    const { canControl = true, version = PROTOCOL_VERSION, codec = clip.codec } = this.#options;
    send({ type: 'hello', version, stream, streams, controls, canControl });
    const { width, height } = clip;
    send({ type: 'state', state: 'live', message: '' });
    send({ type: 'format', format: { codec, width, height, sampleAspect: [1, 1], frameRate: 30 } });
    for (const packet of this.#gop) socket.send(markPacket(packet, { backlog: true }));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as ClientMessage; // the page is ours
      this.received.push(message);
      if (message.type === 'ping' && !this.#isFrozen)
        send({ type: 'pong', clientTime: message.clientTime, serverTime: wallClock() });
      if (message.type === 'keyframe') this.#next = 0;
      if (message.type === 'controls') {
        this.controls = { ...this.controls, ...checkControls(message.controls) };
        this.send({ type: 'controls', controls: this.controls });
      }
    });
  }

  #stats(): StreamStats {
    const { width, height } = this.#options.clip;
    const stage = (p50: number): { p50: number; p95: number } => ({ p50, p95: p50 * 1.6 });
    return {
      ...{ frameRate: 30, width, height, viewers: this.viewers, bitrateBps: 2.1e6, framesDecoded: this.#sequence },
      ...{ framesEncoded: this.#sequence, framesDropped: 0, packetsCorrupt: 0, reconnects: 0, viewerDrops: 0 },
      ...{ yourDrops: 0, latencyMs: 24, generator: 'grade', encoder: 'libx264', fallbacks: 0 },
      stages: { decode: stage(2.1), thumbnail: stage(0.6), network: stage(1.8), apply: stage(2.6), encode: stage(4.2) },
    };
  }

  async #serve(url: URL, authorization?: string): Promise<{ status: number; type: string; body: string | Buffer }> {
    if (url.pathname === '/api/streams') {
      const { token, streams = ['street'] } = this.#options;
      const isAllowed = token === undefined || authorization === `Bearer ${token}`;
      const body = JSON.stringify({ streams: streams.map((name) => ({ name })) });
      return { status: isAllowed ? 200 : 401, type: 'application/json', body: isAllowed ? body : '{}' };
    }
    const name = url.pathname === '/' ? '/index.html' : url.pathname;
    try {
      const body = await readFile(join(this.#options.page, name));
      return { status: 200, type: TYPES[extname(name)] ?? 'application/octet-stream', body };
    } catch {
      return { status: 404, type: 'text/plain', body: 'not found' };
    }
  }
}
