import { micros, type Micros } from '../core/time.js';

/** Lateness beyond which the pacer resynchronises instead of catching up in a burst. */
const MAX_LATE_MICROS = 200_000;
/** Maximum wait for one frame: a gap in a broken file must not freeze the video. */
const MAX_WAIT_MICROS = 10_000_000;

/** Computes when a file's frames are due, for playback in real time. A pause of the consumer delays all later frames. */
export class Pacer {
  /** Wall-clock time minus pts of a frame that is due; undefined before the first frame. */
  #offset: number | undefined;
  #behind = 0;

  /** Microseconds by which playback has fallen behind the timestamps so far, in all: the pauses that it did not catch up. */
  get behind(): Micros {
    return micros(this.#behind);
  }

  /** True when the frame of `pts` is due at time `now`. Changes nothing. */
  isDue(pts: Micros, now: Micros): boolean {
    return this.#offset !== undefined && pts + this.#offset <= now;
  }

  /** Microseconds from `now` until the frame of `pts` is due. The first frame is due at once. */
  delayUntilDue(pts: Micros, now: Micros): Micros {
    this.#offset ??= now - pts;
    const delay = pts + this.#offset - now;
    if (delay >= -MAX_LATE_MICROS && delay <= MAX_WAIT_MICROS) return micros(Math.max(0, delay));
    const limitedDelay = delay < 0 ? 0 : MAX_WAIT_MICROS;
    if (delay < 0) this.#behind -= delay;
    this.#offset = now + limitedDelay - pts;
    return micros(limitedDelay);
  }
}
