/** A sustained rate with bursts. */
export interface Rate {
  readonly perSecond: number;
  /** Events that may come at once. */
  readonly burst: number;
}

/** Rate of a viewer's messages, and of an address's API requests: enough for a slider dragged at 60 Hz, and pings. */
export const MESSAGE_RATE: Rate = { perSecond: 80, burst: 160 };

/** Limits events to a {@link Rate}: a token bucket. Times are milliseconds of a monotonic clock. */
export class RateLimiter {
  readonly #rate: Rate;
  #tokens: number;
  #lastMs: number;

  constructor(rate: Rate, nowMs = performance.now()) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#lastMs = nowMs;
  }

  /** Counts an event; false when it exceeds the limit. */
  tryAcquire(nowMs = performance.now()): boolean {
    const { perSecond, burst } = this.#rate;
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#lastMs) / 1000) * perSecond);
    this.#lastMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
