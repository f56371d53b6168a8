import { SUBPROTOCOL, type ClientMessage, type ServerMessage } from '../src/stream/protocol.js';
import { closeReason, RetryPolicy, type CloseReason } from './retry-policy.js';

/** A connection without data for this time is lost, milliseconds: the server sends every second. */
const RECEIVE_TIMEOUT_MS = 10_000;
/** Interval at which the timeout is checked, milliseconds. */
const TIMEOUT_CHECK_INTERVAL_MS = 2000;

/** Events of a {@link ViewerSocket}. */
export interface ViewerSocketEvents {
  onOpen(): void;
  onMessage(message: ServerMessage): void;
  /** A binary message; the receiver owns the buffer. */
  onPacket(buffer: ArrayBuffer): void;
  /** The connection closed or failed to open; the next attempt is in `retryMs`, or never. */
  onClose(reason: CloseReason, attempt: number, retryMs: number | undefined): void;
}

/** A WebSocket that reconnects. */
export class ViewerSocket {
  readonly #events: ViewerSocketEvents;
  readonly #policy = new RetryPolicy();
  #url: string | undefined;
  #socket: WebSocket | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #timeoutTimer: ReturnType<typeof setInterval> | undefined;
  #openedAtMs: number | undefined;
  #receivedAtMs = 0;
  #connections = 0;

  constructor(events: ViewerSocketEvents) {
    this.#events = events;
  }

  /** Connections opened so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Closes the current connection and opens one to this URL. */
  connect(url: string): void {
    this.#url = url;
    this.#policy.reset();
    this.#open();
  }

  /** Reconnects now if it waits for the next attempt. */
  retryNow(): void {
    if (this.#retryTimer !== undefined) this.#open();
  }

  /** Sends the message when connected; drops it otherwise. */
  send(message: ClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Idempotent; `connect` opens again. */
  close(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    clearInterval(this.#timeoutTimer);
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
    this.#receivedAtMs = performance.now();
    // An abandoned socket can still fire events: a half-open one takes minutes to close. Only the current one counts.
    socket.onopen = () => {
      if (socket === this.#socket) this.#onOpen();
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (socket === this.#socket) this.#onMessage(event.data);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#onClose(event.code);
    };
    this.#timeoutTimer = setInterval(() => {
      if (performance.now() - this.#receivedAtMs > RECEIVE_TIMEOUT_MS) this.#onClose(1006);
    }, TIMEOUT_CHECK_INTERVAL_MS);
  }

  #onOpen(): void {
    this.#openedAtMs = performance.now();
    this.#connections++;
    this.#events.onOpen();
  }

  #onMessage(data: string | ArrayBuffer): void {
    this.#receivedAtMs = performance.now();
    if (typeof data === 'string')
      this.#events.onMessage(JSON.parse(data) as ServerMessage); // protocol.ts describes what the server sends
    else this.#events.onPacket(data);
  }

  #onClose(code: number): void {
    const openForMs = this.#openedAtMs === undefined ? 0 : performance.now() - this.#openedAtMs;
    this.close();
    const reason = closeReason(code);
    const retryMs = this.#policy.nextDelayMs(reason, openForMs);
    if (retryMs !== undefined) this.#retryTimer = setTimeout(() => this.#open(), retryMs);
    this.#events.onClose(reason, this.#policy.attempt, retryMs);
  }
}
