import type { Micros } from '../core/time.js';

/** Lateness that is jitter, not a backlog, when frames do not tell their length; microseconds. */
const USUAL_SLACK_MICROS = 40_000;
/** Frames of lateness that are jitter. */
const SLACK_FRAMES = 1.5;
/** How fast the best delay seen is forgotten, as a share of time, so that a sender's drifting clock is followed. */
const FORGET = 0.005;

/** Says whether a live input's pictures come later than its best ones did, which means that a backlog has grown. */
export class LagMeter {
  #best: number | undefined;
  #last = 0;

  /** True when a picture that came out at `now` is late. */
  isLate({ pts, duration }: { readonly pts: Micros; readonly duration: Micros }, now: Micros): boolean {
    const delay = now - pts;
    const forgotten = this.#best === undefined ? delay : this.#best + (now - this.#last) * FORGET;
    this.#best = Math.min(forgotten, delay);
    this.#last = now;
    return delay - this.#best > (duration > 0 ? duration * SLACK_FRAMES : USUAL_SLACK_MICROS);
  }

  /** The sender's clock began anew. */
  reset(): void {
    this.#best = undefined;
  }
}
