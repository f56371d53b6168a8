import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import type { Controls } from '../core/controls.js';
import type { Logger } from '../core/logger.js';
import { wallClock } from '../core/time.js';
import { parseClientMessage } from './client-message.js';
import type { EncodedPacket } from './gop-cache.js';
import { MessageRate } from './message-rate.js';
import { CLOSE_CODES } from './protocol.js';
import type { ClientMessage, ServerMessage } from './protocol.js';
import { ViewerQueue } from './viewer-queue.js';
import type { ViewerQueueOptions } from './viewer-queue.js';

/** Bytes handed to the socket and not yet taken by the system, above which a viewer's packets wait in its own queue. */
const SOCKET_BYTES = 64 * 1024;
/** How long a viewer has to answer a close before its connection is cut, milliseconds. */
const CLOSE_PATIENCE_MS = 1000;

/** What a {@link ViewerSession} is made from. */
export interface ViewerSessionOptions {
  readonly socket: WebSocket;
  /** Whether this viewer may turn dials. */
  readonly canControl: boolean;
  readonly queue: ViewerQueueOptions;
  /** A change of controls, already checked. */
  readonly onControls: (change: Partial<Controls>) => void;
  readonly onKeyframeRequest: () => void;
  /** The connection is over; called once. */
  readonly onClose: () => void;
  readonly logger: Logger;
}

/** One viewer's connection: its queue, its messages, its limits. A slow one loses packets, never time of others. */
export class ViewerSession {
  readonly canControl: boolean;
  readonly #options: ViewerSessionOptions;
  readonly #socket: WebSocket;
  readonly #queue: ViewerQueue;
  readonly #rate = new MessageRate();
  #isAlive = true;
  #isClosing = false;
  #ending: { code: number; reason: string } | undefined;

  /** Takes the socket: closing the session closes it. */
  constructor(init: ViewerSessionOptions) {
    this.#options = init;
    this.#socket = init.socket;
    this.canControl = init.canControl;
    this.#queue = new ViewerQueue(init.queue);
    this.#socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    this.#socket.on('ping', () => this.#countMessage());
    this.#socket.on('pong', () => {
      this.#isAlive = this.#countMessage(); // nobody asked for most pongs of one who sends thousands
    });
    this.#socket.on('error', (error) =>
      init.logger.debug({ err: error }, 'A viewer broke the connection or its rules.'),
    );
    this.#socket.once('close', () => init.onClose());
  }

  /** Packets dropped because this viewer was slow. */
  get dropped(): number {
    return this.#queue.dropped;
  }

  /** True when only a keyframe is of use to this viewer. */
  get isWaitingForKeyframe(): boolean {
    return this.#queue.isWaitingForKeyframe;
  }

  /** True once it was told to end; what waits may still be on its way. */
  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  /** Queues a message. */
  sendMessage(message: ServerMessage): void {
    this.sendText(message.type, JSON.stringify(message));
  }

  /** Queues a message that was made into JSON for all viewers at once. */
  sendText(type: ServerMessage['type'], text: string): void {
    if (this.#ending) return;
    this.#queue.pushText(type, text);
    this.#pump();
  }

  /** Queues a packet. */
  sendPacket(packet: EncodedPacket): void {
    if (this.#ending) return;
    this.#queue.pushPacket(packet);
    this.#pump();
  }

  /** Queues the GOP that the viewer joins into, flagged as backlog. */
  sendBacklog(packets: readonly EncodedPacket[]): void {
    this.#queue.pushBacklog(packets);
    this.#pump();
  }

  /** Sends what waits, then closes. */
  end(code: number, reason: string): void {
    this.#ending ??= { code, reason };
    this.#pump();
  }

  /** Closes now; what waits is not sent. A viewer that does not answer is cut off. */
  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#ending = { code, reason };
    this.#socket.close(code, reason.slice(0, MAX_REASON_CHARS));
    setTimeout(() => this.#socket.terminate(), CLOSE_PATIENCE_MS).unref();
  }

  /** Cuts the connection. */
  terminate(): void {
    this.#socket.terminate();
  }

  /** Asks whether the viewer is there; one that did not answer the last time is cut off. Called at regular times. */
  checkAlive(): void {
    if (!this.#isAlive) {
      this.#options.logger.debug({}, 'A viewer stopped answering and is cut off.');
      this.#socket.terminate();
      return;
    }
    this.#isAlive = false;
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  #pump(): void {
    while (this.#socket.readyState === WebSocket.OPEN && this.#socket.bufferedAmount < SOCKET_BYTES) {
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
    if (this.#rate.take()) return true;
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

/** RFC 6455 allows 123 bytes of reason; ours are ASCII or cut with room to spare. */
const MAX_REASON_CHARS = 40;

function rawText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data).toString('utf8');
}
