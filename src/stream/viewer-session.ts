import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import type { Controls } from '../core/controls.js';
import type { Logger } from '../core/logger.js';
import { wallClock } from '../core/time.js';
import { parseClientMessage } from './client-message.js';
import type { WireMessage } from './gop-cache.js';
import { RateLimiter } from './rate-limiter.js';
import { CLOSE_CODES } from './protocol.js';
import type { ClientMessage, ServerMessage } from './protocol.js';
import { ViewerQueue } from './viewer-queue.js';
import type { ViewerQueueOptions } from './viewer-queue.js';

/** Maximum bytes buffered in the socket; the rest stays in the viewer's queue. */
const MAX_SOCKET_BYTES = 64 * 1024;
/** Timeout of the closing handshake, milliseconds. */
const CLOSE_TIMEOUT_MS = 1000;
/** Maximum length of a close reason: RFC 6455 allows 123 bytes, and 40 UTF-16 units have at most 120. */
const MAX_REASON_CHARS = 40;

/** Options of a {@link ViewerSession}. */
export interface ViewerSessionOptions {
  readonly socket: WebSocket;
  /** This viewer may change controls. */
  readonly canControl: boolean;
  readonly queue: ViewerQueueOptions;
  /** Called with a change of controls, already checked. */
  readonly onControls: (change: Partial<Controls>) => void;
  readonly onKeyframeRequest: () => void;
  /** Called once, when the connection has closed. */
  readonly onClose: () => void;
  readonly logger: Logger;
}

/** One viewer's connection: its queue, messages and limits. A slow viewer loses packets and delays no other. */
export class ViewerSession {
  readonly canControl: boolean;
  readonly #options: ViewerSessionOptions;
  readonly #socket: WebSocket;
  readonly #queue: ViewerQueue;
  readonly #rateLimiter = new RateLimiter();
  #isAlive = true;
  #isClosing = false;
  #ending: { code: number; reason: string } | undefined;

  /** Takes the socket: closing the session closes it. */
  constructor(options: ViewerSessionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.canControl = options.canControl;
    this.#queue = new ViewerQueue(options.queue);
    this.#socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    this.#socket.on('ping', () => this.#countMessage());
    this.#socket.on('pong', () => {
      this.#isAlive = this.#countMessage(); // unsolicited pongs count against the limit
    });
    this.#socket.on('error', (error) => options.logger.debug({ err: error }, "A viewer's connection failed."));
    this.#socket.once('close', () => options.onClose());
  }

  /** Packets dropped because this viewer is slow. */
  get dropped(): number {
    return this.#queue.dropped;
  }

  /** True when this viewer can continue only at a keyframe. */
  get isWaitingForKeyframe(): boolean {
    return this.#queue.isWaitingForKeyframe;
  }

  /** True after {@link end} or {@link close}; the queue may still be sending. */
  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  /** Queues a message. */
  sendMessage(message: ServerMessage): void {
    this.sendText(message.type, JSON.stringify(message));
  }

  /** Queues a message whose JSON all viewers share. */
  sendText(type: ServerMessage['type'], text: string): void {
    if (this.#ending) return;
    this.#queue.pushText(type, text);
    this.#pump();
  }

  /** Queues a packet. */
  sendPacket(packet: WireMessage): void {
    if (this.#ending) return;
    this.#queue.pushPacket(packet);
    this.#pump();
  }

  /** Queues the GOP that the viewer joins, flagged as backlog. */
  sendBacklog(packets: readonly WireMessage[]): void {
    this.#queue.pushBacklog(packets);
    this.#pump();
  }

  /** Sends the queue, then closes. */
  end(code: number, reason: string): void {
    this.#ending ??= { code, reason };
    this.#pump();
  }

  /** Closes at once and discards the queue. Cuts the connection of a viewer that does not answer. */
  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#ending = { code, reason };
    this.#socket.close(code, reason.slice(0, MAX_REASON_CHARS));
    setTimeout(() => this.#socket.terminate(), CLOSE_TIMEOUT_MS).unref();
  }

  /** Cuts the connection. */
  terminate(): void {
    this.#socket.terminate();
  }

  /** Pings the viewer; cuts it off when it did not answer the last ping. Call at regular intervals. */
  checkAlive(): void {
    if (!this.#isAlive) {
      this.#options.logger.debug({}, 'Cut off a viewer that did not answer.');
      this.#socket.terminate();
      return;
    }
    this.#isAlive = false;
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  #pump(): void {
    while (this.#socket.readyState === WebSocket.OPEN && this.#socket.bufferedAmount < MAX_SOCKET_BYTES) {
      const item = this.#queue.shift();
      if (!item) {
        if (this.#ending) this.close(this.#ending.code, this.#ending.reason);
        return;
      }
      const isBinary = item.kind === 'packet';
      this.#socket.send(isBinary ? item.bytes : item.text, { binary: isBinary }, () => this.#pump());
    }
  }

  #countMessage(): boolean {
    if (this.#rateLimiter.tryAcquire()) return true;
    this.close(CLOSE_CODES.RATE_LIMITED, 'too many messages a second');
    return false;
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#ending || !this.#countMessage()) return;
    if (isBinary) {
      this.close(CLOSE_CODES.BAD_MESSAGE, 'messages must be text');
      return;
    }
    try {
      this.#handle(parseClientMessage(rawText(data)));
    } catch (error) {
      if (error instanceof SyntaxError) this.close(CLOSE_CODES.BAD_MESSAGE, 'not a message of nocturne.v1');
      else if (error instanceof Error) this.sendMessage({ type: 'error', message: error.message });
    }
  }

  #handle(message: ClientMessage): void {
    switch (message.type) {
      case 'controls':
        if (this.canControl) this.#options.onControls(message.controls);
        else this.sendMessage({ type: 'error', message: 'this viewer may not change the controls' });
        return;
      case 'keyframe':
        this.#options.onKeyframeRequest();
        return;
      case 'ping':
        this.sendMessage({ type: 'pong', clientTime: message.clientTime, serverTime: wallClock() });
    }
  }
}

function rawText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data).toString('utf8');
}
