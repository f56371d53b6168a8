import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import type { Controls } from '../core/controls.js';
import type { Logger } from '../core/logger.js';
import { wallClock } from '../core/time.js';
import { parseClientMessage } from './client-message.js';
import { DeliveryWindow } from './delivery-window.js';
import type { WireMessage } from './gop-cache.js';
import { MESSAGE_RATE, RateLimiter } from './rate-limiter.js';
import { CLOSE_CODES } from './protocol.js';
import type { ClientMessage, ServerMessage } from './protocol.js';
import { ViewerQueue } from './viewer-queue.js';
import type { ViewerQueueOptions } from './viewer-queue.js';

/** Maximum bytes buffered in the socket; the rest stays in the viewer's queue. */
const MAX_SOCKET_BYTES = 64 * 1024;
/** Timeout of the closing handshake, milliseconds. */
const CLOSE_TIMEOUT_MS = 1000;
/** Share of a viewer's maximum delay that packets may be on their way: the more, the less can still be dropped. */
const WAY_SHARE = 1 / 3;
/** Heartbeats without a sign of life after which a viewer makes room for another, and after which it is cut off. */
const SILENT_HEARTBEATS = 2;
const DEAD_HEARTBEATS = 8;
/** A viewer that skipped packets counts as slow for this time, milliseconds. */
const SLOW_MS = 5000;
/** Maximum length of a close reason: RFC 6455 allows 123 bytes, and 40 UTF-16 units have at most 120. */
const MAX_REASON_CHARS = 40;

/** Options of a {@link ViewerSession}. */
export interface ViewerSessionOptions {
  readonly socket: WebSocket;
  /** This viewer may change controls. */
  readonly canControl: boolean;
  /** False for a viewer that gets messages, but no packets. */
  readonly hasVideo: boolean;
  readonly queue: ViewerQueueOptions;
  /** Called with a change of controls, already checked. */
  readonly onControls: (change: Partial<Controls>) => void;
  readonly onKeyframeRequest: () => void;
  /** Called when the connection has closed; for a viewer that broke the protocol also at once, so that it holds no place. */
  readonly onClose: () => void;
  readonly logger: Logger;
}

/**
 * One viewer's connection: its queue, messages and limits. A slow viewer loses packets and delays no other. It stays: only one that gives no
 * sign of life is cut off.
 */
export class ViewerSession {
  readonly canControl: boolean;
  readonly #options: ViewerSessionOptions;
  readonly #socket: WebSocket;
  readonly #queue: ViewerQueue;
  readonly #window: DeliveryWindow;
  readonly #rateLimiter = new RateLimiter(MESSAGE_RATE);
  /** Heartbeats since the viewer's last message, ping or pong. */
  #silentHeartbeats = 0;
  #skips = 0;
  #lastSkipMs = -Infinity;
  #isClosing = false;
  #ending: { code: number; reason: string } | undefined;

  /** Takes the socket: closing the session closes it. */
  constructor(options: ViewerSessionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.canControl = options.canControl;
    this.#queue = new ViewerQueue(options.queue);
    this.#window = new DeliveryWindow({ targetMs: options.queue.maxDelayMs * WAY_SHARE });
    this.#socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    this.#socket.on('ping', () => this.#countMessage());
    this.#socket.on('pong', (payload) => this.#onPong(payload));
    this.#socket.on('error', (error) => options.logger.debug({ err: error }, "A viewer's connection failed."));
    this.#socket.once('close', () => options.onClose());
  }

  /** Packets dropped because this viewer is slow. */
  get dropped(): number {
    return this.#queue.dropped;
  }

  /** Times that this viewer skipped to a keyframe. */
  get skips(): number {
    return this.#queue.skips;
  }

  /** True when this viewer skips packets now or did so in the last seconds. */
  get isSlow(): boolean {
    return this.#queue.isSkipping || performance.now() - this.#lastSkipMs < SLOW_MS;
  }

  /** True when this viewer can continue only at a keyframe. */
  get isWaitingForKeyframe(): boolean {
    return this.#options.hasVideo && this.#queue.isWaitingForKeyframe;
  }

  /** True when a keyframe would reach this viewer without delay: everything sent to it has arrived. */
  get canTakeKeyframe(): boolean {
    return this.#window.isEmpty;
  }

  /** Heartbeats without a sign of life, when they are so many that this viewer makes room for another; else 0. */
  get silence(): number {
    return this.#silentHeartbeats > SILENT_HEARTBEATS ? this.#silentHeartbeats : 0;
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
    if (this.#ending || !this.#options.hasVideo) return;
    this.#queue.pushPacket(packet, performance.now());
    this.#pump();
  }

  /** Queues the GOP that the viewer joins, flagged as backlog. */
  sendBacklog(packets: readonly WireMessage[]): void {
    this.#queue.pushBacklog(packets, performance.now());
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

  /**
   * Pings the viewer, and cuts it off after {@link DEAD_HEARTBEATS} calls without a message, ping or pong from it. Call at regular intervals.
   * A pong comes late from a slow viewer, not never: little is in flight before it.
   */
  checkAlive(): void {
    this.#silentHeartbeats++;
    if (this.#silentHeartbeats > DEAD_HEARTBEATS) {
      this.#options.logger.debug({}, 'Cut off a viewer that did not answer.');
      this.#socket.terminate();
      return;
    }
    if (!this.#window.hasMark) this.#mark(performance.now());
  }

  /** Sends what the connection takes now. */
  #pump(): void {
    const nowMs = performance.now();
    if (!this.#ending) this.#skipLate(nowMs);
    while (this.#canSend(nowMs)) {
      const item = this.#queue.shift();
      if (!item) {
        if (this.#ending) this.close(this.#ending.code, this.#ending.reason);
        break;
      }
      const isBinary = item.kind === 'packet';
      const data = isBinary ? item.bytes : item.text;
      this.#socket.send(data, { binary: isBinary }, () => this.#pump());
      if (this.#window.add(data.length, nowMs)) this.#mark(nowMs);
    }
    // The window opens, and a skipping viewer gets its keyframe, when a mark is answered.
    const isBlocked = !this.#queue.isEmpty || this.#queue.isSkipping;
    if (isBlocked && !this.#window.isEmpty && !this.#window.hasMark) this.#mark(nowMs);
  }

  /** True when socket and network have room. The last packets of a stream need not leave room for newer ones. */
  #canSend(nowMs: number): boolean {
    const { readyState, bufferedAmount } = this.#socket;
    if (readyState !== WebSocket.OPEN || bufferedAmount >= MAX_SOCKET_BYTES) return false;
    return this.#ending !== undefined || this.#window.isOpen(nowMs);
  }

  #skipLate(nowMs: number): void {
    this.#queue.skipLate(nowMs, (bytes) => this.#window.wayMs(bytes));
    if (this.#queue.skips === this.#skips) return;
    this.#skips = this.#queue.skips;
    this.#lastSkipMs = nowMs;
  }

  /** Marks the bytes sent so far: the pong of this ping says when they have arrived. */
  #mark(nowMs: number): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping(this.#window.mark(nowMs));
  }

  #onPong(payload: Buffer): void {
    if (this.#window.answer(payload, performance.now())) {
      this.#silentHeartbeats = 0;
      this.#pump();
    } else this.#countMessage();
  }

  #countMessage(): boolean {
    this.#silentHeartbeats = 0;
    if (this.#rateLimiter.tryAcquire()) return true;
    this.#reject(CLOSE_CODES.RATE_LIMITED, 'too many messages a second');
    return false;
  }

  /** Closes the connection of a viewer that breaks the protocol, and reads no more from it: it may send without end. */
  #reject(code: number, reason: string): void {
    this.close(code, reason);
    this.#socket.pause();
    this.#options.onClose();
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#ending || !this.#countMessage()) return;
    if (isBinary) {
      this.#reject(CLOSE_CODES.BAD_MESSAGE, 'messages must be text');
      return;
    }
    try {
      this.#handle(parseClientMessage(rawText(data)));
    } catch (error) {
      if (error instanceof SyntaxError) this.#reject(CLOSE_CODES.BAD_MESSAGE, 'not a message of nocturne.v1');
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
