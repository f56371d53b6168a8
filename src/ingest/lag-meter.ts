import type { Micros } from '../core/time.js';

/** Lateness that counts as jitter when frames have no duration, microseconds. */
const DEFAULT_TOLERANCE_MICROS = 40_000;
/** Lateness that counts as jitter, in frame durations. */
const TOLERANCE_FRAMES = 1.5;
/** How fast the minimum delay rises, as a share of time, to follow a drifting clock of the sender. */
const MIN_DELAY_DRIFT = 0.005;

/** Detects frames of a live input that are later than its fastest ones, which means that a backlog has built up. */
export class LagMeter {
  #minDelay: number | undefined;
  #lastNow = 0;

  /** True when a frame that was decoded at `now` is late. */
  isLate({ pts, duration }: { readonly pts: Micros; readonly duration: Micros }, now: Micros): boolean {
    const delay = now - pts;
    const driftedMin = this.#minDelay === undefined ? delay : this.#minDelay + (now - this.#lastNow) * MIN_DELAY_DRIFT;
    this.#minDelay = Math.min(driftedMin, delay);
    this.#lastNow = now;
    return delay - this.#minDelay > (duration > 0 ? duration * TOLERANCE_FRAMES : DEFAULT_TOLERANCE_MICROS);
  }

  /** Call when the sender's clock restarts. */
  reset(): void {
    this.#minDelay = undefined;
  }
}
