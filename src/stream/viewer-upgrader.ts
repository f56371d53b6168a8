import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Logger } from '../core/logger.js';
import { requestUrl } from './access-policy.js';
import type { AccessPolicy } from './access-policy.js';
import { PacedSocket } from './paced-socket.js';
import { CLOSE_CODES, MAX_CLIENT_MESSAGE_BYTES, SUBPROTOCOL } from './protocol.js';
import type { HubDirectory } from './hub-directory.js';
import type { StreamHub } from './stream-hub.js';
import type { RefusalLog } from './refusal-log.js';
import { Throttle } from './throttle.js';
import type { WrongTokens } from './wrong-tokens.js';

/** Timeout for a rejected client to close its connection, milliseconds. */
const CLOSE_TIMEOUT_MS = 1000;
/** Minimum time between two log lines about rejected viewers, milliseconds. */
const REJECTION_LOG_INTERVAL_MS = 1000;

/** Options of a {@link ViewerUpgrader}. */
export interface ViewerUpgraderOptions {
  readonly policy: AccessPolicy;
  readonly wrongTokens: WrongTokens;
  readonly streams: HubDirectory;
  /** Maximum number of viewers at a time, over all streams. */
  readonly maxViewers: number | (() => number);
  readonly canControl: boolean;
  readonly refusals: RefusalLog;
  /** Called with the socket of each viewer that joins. */
  readonly onJoin: (socket: Duplex) => void;
  readonly logger: Logger;
}

interface Rejection {
  readonly code: number;
  readonly reason: string;
}

/**
 * Upgrades requests for `/ws/NAME` to viewers. To reject one it completes the upgrade, then closes with a code of the protocol:
 * a page can read a close code, but not the HTTP status of a failed upgrade. A wrong path gets an HTTP response.
 */
export class ViewerUpgrader {
  readonly #options: ViewerUpgraderOptions;
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
    perMessageDeflate: false, // video does not compress, and each context costs memory
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  #isClosed = false;
  /** Rejections since the last log line about them. */
  #rejections = 0;
  #lastRejection: { fields: Readonly<Record<string, unknown>>; reason: string } = { fields: {}, reason: '' };
  readonly #rejectionLog = new Throttle(REJECTION_LOG_INTERVAL_MS, () => this.#logRejections());

  constructor(options: ViewerUpgraderOptions) {
    this.#options = options;
  }

  /** Handles an `upgrade` event of an HTTP server. Takes the socket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', (error) =>
      this.#options.logger.debug({ err: error }, 'A connection failed during its upgrade.'),
    );
    const name = streamName(request);
    if (this.#isClosed || name === undefined) {
      const status = this.#isClosed ? '503 Service Unavailable' : '404 Not Found';
      // A client that keeps its side open would delay a shutdown.
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
      setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS).unref();
      return;
    }
    const connection = socket instanceof PacedSocket ? socket.release() : socket;
    if (connection instanceof Socket) connection.setNoDelay(true);
    this.#server.handleUpgrade(request, connection, head, (webSocket) => {
      connection.resume(); // before a rejection may pause it
      if (this.#accept(webSocket, request, name)) this.#options.onJoin(socket);
    });
  }

  /** Rejects all further requests. */
  close(): void {
    this.#isClosed = true;
  }

  /** Joins the viewer, or rejects it: false. */
  #accept(socket: WebSocket, request: IncomingMessage, name: string): boolean {
    const { streams, policy, logger } = this.#options;
    const stream = streams.get(name);
    const rejection = this.#rejectionOf(request, name, stream);
    if (rejection || !stream) {
      const { code, reason } = rejection ?? { code: CLOSE_CODES.NO_SUCH_STREAM, reason: 'no such stream' };
      socket.on('error', (error) => logger.debug({ err: error }, "A rejected viewer's connection failed."));
      if (code === CLOSE_CODES.UNAUTHORIZED) void this.#rejectToken(socket, request, reason);
      else {
        if (code !== CLOSE_CODES.FORBIDDEN_ORIGIN) this.#logRejection({ stream: name, code }, reason);
        close(socket, code, reason);
      }
      return false;
    }
    const canControl = this.#options.canControl && policy.accessOf(request, name) === 'control';
    const needsControlToken = this.#options.canControl && !canControl;
    const names = [...streams.values()]
      .map((other) => other.name)
      .filter((other) => policy.accessOf(request, other) !== 'none');
    const hasVideo = requestUrl(request)?.searchParams.get('video') !== 'off';
    stream.join(socket, { canControl, needsControlToken, hasVideo, streams: names });
    return true;
  }

  /** Closes a connection with a wrong token, after a while when many have come from its address. */
  async #rejectToken(socket: WebSocket, request: IncomingMessage, reason: string): Promise<void> {
    socket.pause(); // a guesser's messages
    const isAnswered = await this.#options.wrongTokens.add(this.#options.policy.clientOf(request).address);
    socket.resume();
    if (isAnswered && !this.#isClosed) close(socket, CLOSE_CODES.UNAUTHORIZED, reason);
    else socket.terminate();
  }

  /** Logs at most one line per second, so that strangers cannot fill the log. */
  #logRejection(fields: Readonly<Record<string, unknown>>, reason: string): void {
    this.#rejections++;
    this.#lastRejection = { fields, reason };
    this.#rejectionLog.request();
  }

  #logRejections(): void {
    const { fields, reason } = this.#lastRejection;
    this.#options.logger.warn({ ...fields, rejections: this.#rejections }, `Rejected a viewer: ${reason}.`);
    this.#rejections = 0;
  }

  /** Why to reject a request. Checks origin and token before the stream's name, so that strangers learn no names. */
  #rejectionOf(request: IncomingMessage, name: string, stream: StreamHub | undefined): Rejection | undefined {
    const { policy, refusals, streams, maxViewers } = this.#options;
    const refusal = policy.refusalOf(request);
    if (refusal) {
      refusals.add(refusal);
      return { code: CLOSE_CODES.FORBIDDEN_ORIGIN, reason: refusal.reason };
    }
    const mayWatch = policy.accessOf(request, name) !== 'none';
    if (!mayWatch && !policy.givesRightToken(request)) {
      return { code: CLOSE_CODES.UNAUTHORIZED, reason: 'wrong or missing token' };
    }
    if (!stream || !mayWatch) return { code: CLOSE_CODES.NO_SUCH_STREAM, reason: 'no such stream' };
    const all = [...streams.values()];
    const viewers = all.reduce((sum, other) => sum + other.viewerCount, 0);
    const limit = typeof maxViewers === 'function' ? maxViewers() : maxViewers;
    const full = stream.isFull ? [stream] : viewers >= limit ? all : [];
    if (full.length > 0 && !full.some((other) => other.evictSilentViewer())) {
      return { code: CLOSE_CODES.TOO_MANY_VIEWERS, reason: 'too many viewers' };
    }
    return undefined;
  }
}

/** Closes a rejected viewer's connection; cuts it when the viewer does not close its side. */
function close(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref();
}

/** NAME of `/ws/NAME`; undefined for another path or a malformed one. */
function streamName(request: IncomingMessage): string | undefined {
  const encoded = /^\/ws\/([^/]{1,200})$/.exec(requestUrl(request)?.pathname ?? '')?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined; // malformed percent-encoding
  }
}
