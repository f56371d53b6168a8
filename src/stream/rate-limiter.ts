/** Sustained rate of a viewer's messages, per second: enough for a slider dragged at 60 Hz, and pings. */
const MESSAGES_PER_SECOND = 80;
/** Messages a viewer may send at once. */
const BURST = 160;

/** Limits a viewer's messages to {@link MESSAGES_PER_SECOND} with bursts of {@link BURST}: a token bucket. */
export class RateLimiter {
  #tokens = BURST;
  #lastMs: number;

  /** @param nowMs milliseconds of a monotonic clock. */
  constructor(nowMs = performance.now()) {
    this.#lastMs = nowMs;
  }

  /** Counts a message; false when it exceeds the limit. */
  tryAcquire(nowMs = performance.now()): boolean {
    this.#tokens = Math.min(BURST, this.#tokens + ((nowMs - this.#lastMs) / 1000) * MESSAGES_PER_SECOND);
    this.#lastMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
