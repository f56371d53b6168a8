/** Bounds of the window, and its size for a new viewer. */
const MIN_WINDOW_BYTES = 16 * 1024;
const FIRST_WINDOW_BYTES = 64 * 1024;
const MAX_WINDOW_BYTES = 4 << 20;
/** Maximum time between two marks while bytes are sent, milliseconds. */
const MARK_INTERVAL_MS = 200;
/** How long the least round trip is remembered, milliseconds: up to twice this. */
const ROUND_TRIP_MEMORY_MS = 30_000;

/** Options of a {@link DeliveryWindow}. */
export interface DeliveryWindowOptions {
  /** How long sent bytes may take to arrive, beyond the connection's round trip, milliseconds. */
  readonly targetMs: number;
}

/** A place in the bytes sent to a viewer: a WebSocket ping, whose pong says that everything before it has arrived. */
interface Mark {
  readonly id: number;
  readonly atMs: number;
  /** Bytes sent before the mark since the start. */
  readonly sent: number;
  /** Bytes before the mark that were not known to have arrived when it was sent. */
  readonly inFlight: number;
}

/**
 * Limits the bytes that are on their way to one viewer, in socket and kernel buffers included, to what its connection delivers in
 * {@link DeliveryWindowOptions.targetMs}: what waits in the viewer's queue instead can still be dropped.
 *
 * It needs no answer of the viewer's own protocol: RFC 6455 makes every client return a ping's payload in a pong, in order.
 * Times are milliseconds of a monotonic clock.
 */
export class DeliveryWindow {
  readonly #targetMs: number;
  #window = FIRST_WINDOW_BYTES;
  #sent = 0;
  #arrived = 0;
  #nextId = 0;
  #lastMark: Pick<Mark, 'atMs' | 'sent'> = { atMs: -Infinity, sent: 0 };
  /** Marks without an answer, oldest first. */
  #marks: Mark[] = [];
  #roundTrip = new RecentMinimum(ROUND_TRIP_MEMORY_MS);

  constructor({ targetMs }: DeliveryWindowOptions) {
    this.#targetMs = targetMs;
  }

  /** True when everything sent is known to have arrived. */
  get isEmpty(): boolean {
    return this.#arrived === this.#sent;
  }

  /** True when a mark has no answer yet. */
  get hasMark(): boolean {
    return this.#marks.length > 0;
  }

  /** True when more may be sent. A single packet may exceed the window. */
  isOpen(nowMs: number): boolean {
    const [oldest] = this.#marks;
    if (oldest && nowMs - oldest.atMs > this.#allowedMs) return false;
    return this.#sent - this.#arrived < this.#window;
  }

  /** How long this many bytes more would take to arrive, milliseconds. */
  wayMs(bytes: number): number {
    return ((this.#sent - this.#arrived + bytes) / this.#window) * this.#allowedMs;
  }

  /** Counts bytes sent. Returns true when a mark must follow. */
  add(bytes: number, nowMs: number): boolean {
    this.#sent += bytes;
    // At half a window, so that the answers to all marks always open it.
    return this.#sent - this.#lastMark.sent >= this.#window / 2 || nowMs - this.#lastMark.atMs >= MARK_INTERVAL_MS;
  }

  /** Sets a mark after the bytes sent so far. Returns the payload of the ping to send. */
  mark(nowMs: number): Buffer {
    const id = this.#nextId++ >>> 0;
    this.#lastMark = { atMs: nowMs, sent: this.#sent };
    this.#marks.push({ ...this.#lastMark, id, inFlight: this.#sent - this.#arrived });
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(id);
    return payload;
  }

  /** Takes the payload of a pong. Returns false when it answers no mark: nobody asked for it. */
  answer(payload: Buffer, nowMs: number): boolean {
    const id = payload.length === 4 ? payload.readUInt32BE() : undefined;
    const index = this.#marks.findIndex((mark) => mark.id === id);
    const mark = this.#marks[index];
    if (!mark) return false;
    this.#marks.splice(0, index + 1); // a client may answer only the newest of several pings
    this.#arrived = mark.sent;
    this.#resize(mark, Math.max(1, nowMs - mark.atMs), nowMs);
    return true;
  }

  /** Longest time that sent bytes may take. */
  get #allowedMs(): number {
    return this.#targetMs + this.#roundTrip.value;
  }

  /** Resizes the window to what arrives in the allowed time at the rate of the bytes before this mark; at most doubles it. */
  #resize({ inFlight }: Mark, tookMs: number, nowMs: number): void {
    this.#roundTrip.add(tookMs, nowMs);
    const bytes = (inFlight / tookMs) * this.#allowedMs;
    if (tookMs > this.#allowedMs) this.#window = Math.max(MIN_WINDOW_BYTES, bytes);
    else this.#window = Math.min(MAX_WINDOW_BYTES, Math.max(this.#window, Math.min(2 * this.#window, bytes)));
  }
}

/** The least of the values of the last one to two periods. */
class RecentMinimum {
  readonly #periodMs: number;
  #current = Infinity;
  #previous = Infinity;
  #startedMs = 0;

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  /** 0 without values. */
  get value(): number {
    const value = Math.min(this.#current, this.#previous);
    return value === Infinity ? 0 : value;
  }

  add(value: number, nowMs: number): void {
    if (nowMs - this.#startedMs > this.#periodMs) {
      this.#previous = this.#current;
      this.#current = Infinity;
      this.#startedMs = nowMs;
    }
    this.#current = Math.min(this.#current, value);
  }
}
