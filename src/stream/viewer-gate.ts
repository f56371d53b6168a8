import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Logger } from '../core/logger.js';
import { requestUrl } from './access-policy.js';
import type { AccessPolicy } from './access-policy.js';
import type { LiveStream } from './live-stream.js';
import { CLOSE_CODES, MAX_CLIENT_MESSAGE_BYTES, SUBPROTOCOL } from './protocol.js';

/** A refused connection is cut when it does not close by itself, milliseconds. */
const REFUSAL_PATIENCE_MS = 1000;

/** Refusals are logged so far apart, milliseconds. */
const REFUSAL_LOG_MS = 1000;

/** The streams a server offers; a Map from name to stream is one. */
export interface StreamDirectory {
  get(name: string): LiveStream | undefined;
  values(): Iterable<LiveStream>;
}

/** What a {@link ViewerGate} is made from. */
export interface ViewerGateOptions {
  readonly policy: AccessPolicy;
  readonly streams: StreamDirectory;
  /** Most viewers at a time, over all streams. */
  readonly maxViewers: number;
  readonly canControl: boolean;
  readonly logger: Logger;
}

interface Refusal {
  readonly code: number;
  readonly reason: string;
}

/**
 * Turns upgrade requests at `/ws/NAME` into viewers. A refused one is upgraded first and then closed with a code of the
 * protocol: a page can read why from that, and nothing from an HTTP status. A wrong `Host` or path gets an HTTP answer.
 */
export class ViewerGate {
  readonly #options: ViewerGateOptions;
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
    perMessageDeflate: false, // video does not get smaller, and each context costs memory
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  #isClosed = false;
  /** Refusals since the last line about them. */
  #refusals = 0;
  #lastRefusalLogMs = -Infinity;

  constructor(init: ViewerGateOptions) {
    this.#options = init;
  }

  /** Handles an `upgrade` event of an HTTP server. Takes the socket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', (error) =>
      this.#options.logger.debug({ err: error }, 'A connection broke while it was opened.'),
    );
    const name = streamName(request);
    if (this.#isClosed || name === undefined || !this.#options.policy.isHostAllowed(request)) {
      const status = this.#isClosed
        ? '503 Service Unavailable'
        : name === undefined
          ? '404 Not Found'
          : '403 Forbidden';
      // A client that keeps its half open would hold up a shutdown.
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
      setTimeout(() => socket.destroy(), REFUSAL_PATIENCE_MS).unref();
      return;
    }
    if (socket instanceof Socket) socket.setNoDelay(true);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#admit(webSocket, request, name));
  }

  /** Refuses whoever comes from now on. */
  close(): void {
    this.#isClosed = true;
  }

  #admit(socket: WebSocket, request: IncomingMessage, name: string): void {
    const { streams, canControl, logger } = this.#options;
    const stream = streams.get(name);
    const refusal = this.#refusal(request, stream);
    if (refusal || !stream) {
      const { code, reason } = refusal ?? { code: CLOSE_CODES.NO_SUCH_STREAM, reason: 'no such stream' };
      this.#logRefusal({ stream: name, code, origin: request.headers.origin }, reason);
      socket.on('error', (error) => logger.debug({ err: error }, 'A refused viewer broke the connection.'));
      socket.close(code, reason);
      setTimeout(() => socket.terminate(), REFUSAL_PATIENCE_MS).unref();
      return;
    }
    stream.join(socket, { canControl, streams: [...streams.values()].map((other) => other.name) });
  }

  /** At most one line a second: strangers do not fill the log. */
  #logRefusal(fields: Readonly<Record<string, unknown>>, reason: string): void {
    this.#refusals++;
    const nowMs = performance.now();
    if (nowMs - this.#lastRefusalLogMs < REFUSAL_LOG_MS) return;
    const { logger } = this.#options;
    logger.warn({ ...fields, refusals: this.#refusals }, `A viewer was refused: ${reason}.`);
    this.#refusals = 0;
    this.#lastRefusalLogMs = nowMs;
  }

  /** Who asks is settled before what exists: a stranger learns no names. */
  #refusal(request: IncomingMessage, stream: LiveStream | undefined): Refusal | undefined {
    const { policy, streams, maxViewers } = this.#options;
    if (!policy.isOriginAllowed(request)) {
      return { code: CLOSE_CODES.FORBIDDEN_ORIGIN, reason: 'origin not allowed' };
    }
    if (!policy.hasValidToken(request)) {
      return { code: CLOSE_CODES.UNAUTHORIZED, reason: 'wrong or missing token' };
    }
    if (!stream) return { code: CLOSE_CODES.NO_SUCH_STREAM, reason: 'no such stream' };
    const viewers = [...streams.values()].reduce((sum, other) => sum + other.viewerCount, 0);
    if (stream.isFull || viewers >= maxViewers) {
      return { code: CLOSE_CODES.TOO_MANY_VIEWERS, reason: 'too many viewers' };
    }
    return undefined;
  }
}

/** NAME of `/ws/NAME`; undefined for another path or a badly encoded one. */
function streamName(request: IncomingMessage): string | undefined {
  const encoded = /^\/ws\/([^/]{1,200})$/.exec(requestUrl(request)?.pathname ?? '')?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined; // a broken escape
  }
}
