/** Messages a second a viewer may send for long: a dial dragged at 60 Hz, and a ping. */
const SUSTAINED_PER_SECOND = 80;
/** Messages it may send at once. */
const BURST = 160;

/** Allows so many messages a second, with some patience for a burst (a token bucket). */
export class MessageRate {
  #tokens = BURST;
  #lastMs: number;

  /** @param nowMs milliseconds of a monotonic clock. */
  constructor(nowMs = performance.now()) {
    this.#lastMs = nowMs;
  }

  /** Counts a message; false when it is one too many. */
  take(nowMs = performance.now()): boolean {
    this.#tokens = Math.min(BURST, this.#tokens + ((nowMs - this.#lastMs) / 1000) * SUSTAINED_PER_SECOND);
    this.#lastMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
