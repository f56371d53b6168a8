/** Length of the window, milliseconds. */
const WINDOW_MS = 2000;
/** Length of one slot of the window, milliseconds. */
const SLOT_MS = 100;
const SLOTS = WINDOW_MS / SLOT_MS;

/** Bytes per second over the last two seconds; constant memory. */
export class ByteRate {
  readonly #slots = new Float64Array(SLOTS);
  #newest = 0;
  #total = 0;

  /** All bytes since the start. */
  get total(): number {
    return this.#total;
  }

  add(bytes: number, nowMs: number): void {
    this.#advance(nowMs);
    this.#total += bytes;
    const slot = this.#newest % SLOTS;
    this.#slots[slot] = (this.#slots[slot] ?? 0) + bytes;
  }

  perSecond(nowMs: number): number {
    this.#advance(nowMs);
    return (this.#slots.reduce((sum, bytes) => sum + bytes, 0) * 1000) / WINDOW_MS;
  }

  /** Clears the slots that fell out of the window. */
  #advance(nowMs: number): void {
    const now = Math.floor(nowMs / SLOT_MS);
    if (now - this.#newest >= SLOTS) this.#slots.fill(0);
    else for (let slot = this.#newest + 1; slot <= now; slot++) this.#slots[slot % SLOTS] = 0;
    this.#newest = Math.max(this.#newest, now);
  }
}
