import { SUBPROTOCOL, type ClientMessage, type ServerMessage } from '../src/stream/protocol.js';
import { closeReason, RetryPolicy, type CloseReason } from './retry-policy.js';

/** A connection that says nothing for this long is dead, milliseconds: the server speaks every second. */
const SILENCE_MS = 10_000;
/** How often silence is looked for, milliseconds. */
const WATCH_MS = 2000;

/** What a socket tells. */
export interface SocketEvents {
  onOpen(): void;
  onMessage(message: ServerMessage): void;
  /** A binary frame; its buffer is the receiver's. */
  onPacket(buffer: ArrayBuffer): void;
  /** The connection ended or never came; the next try comes in `retryMs`, or never. */
  onClose(reason: CloseReason, attempt: number, retryMs: number | undefined): void;
}

/** A WebSocket that comes back by itself. */
export class ViewerSocket {
  readonly #events: SocketEvents;
  readonly #policy = new RetryPolicy();
  #url: string | undefined;
  #socket: WebSocket | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #openedAtMs: number | undefined;
  #heardAtMs = 0;
  #connections = 0;

  constructor(events: SocketEvents) {
    this.#events = events;
  }

  /** Times a connection was opened. */
  get connections(): number {
    return this.#connections;
  }

  /** Leaves the present address for this one. */
  connect(url: string): void {
    this.#url = url;
    this.#policy.reset();
    this.#open();
  }

  /** Tries now when it waits for the next try. */
  retryNow(): void {
    if (this.#retryTimer !== undefined) this.#open();
  }

  /** Sends when open; else the message is gone. */
  send(message: ClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Idempotent; `connect` opens again. */
  close(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    clearInterval(this.#watch);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#openedAtMs = undefined;
    socket?.close();
  }

  #open(): void {
    this.close();
    if (this.#url === undefined) return;
    const socket = new WebSocket(this.#url, SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#heardAtMs = performance.now();
    // A closed socket may still speak: a half-open one takes minutes to die. Only the present one is listened to.
    socket.onopen = () => {
      if (socket === this.#socket) this.#opened();
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (socket === this.#socket) this.#heard(event.data);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lost(event.code);
    };
    this.#watch = setInterval(() => {
      if (performance.now() - this.#heardAtMs > SILENCE_MS) this.#lost(1006);
    }, WATCH_MS);
  }

  #opened(): void {
    this.#openedAtMs = performance.now();
    this.#connections++;
    this.#events.onOpen();
  }

  #heard(data: string | ArrayBuffer): void {
    this.#heardAtMs = performance.now();
    if (typeof data === 'string')
      this.#events.onMessage(JSON.parse(data) as ServerMessage); // our own server's, by protocol.ts
    else this.#events.onPacket(data);
  }

  #lost(code: number): void {
    const openForMs = this.#openedAtMs === undefined ? 0 : performance.now() - this.#openedAtMs;
    this.close();
    const reason = closeReason(code);
    const retryMs = this.#policy.next(reason, openForMs);
    if (retryMs !== undefined) this.#retryTimer = setTimeout(() => this.#open(), retryMs);
    this.#events.onClose(reason, this.#policy.attempt, retryMs);
  }
}
