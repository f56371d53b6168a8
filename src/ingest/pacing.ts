import { micros, type Micros } from '../core/time.js';

/** Lateness beyond which the clock is set anew instead of catching up in a burst. */
const MAX_LATE_MICROS = 200_000;
/** Longest wait for one frame: a gap in a broken file must not freeze the picture for good. */
const MAX_WAIT_MICROS = 10_000_000;

/** Says when a file's frames are due, so that it plays at its own pace; a pause of the consumer shifts the rest. */
export class Pacer {
  #base: number | undefined;

  /** Whether the frame of `pts` need not be waited for at time `now`. Changes nothing. */
  isDue(pts: Micros, now: Micros): boolean {
    return this.#base !== undefined && pts + this.#base <= now;
  }

  /** How long to wait, in microseconds, at time `now` until the frame of `pts` is due. */
  wait(pts: Micros, now: Micros): Micros {
    this.#base ??= now - pts;
    const wait = pts + this.#base - now;
    if (wait >= -MAX_LATE_MICROS && wait <= MAX_WAIT_MICROS) return micros(Math.max(0, wait));
    const granted = wait < 0 ? 0 : MAX_WAIT_MICROS;
    this.#base = now + granted - pts;
    return micros(granted);
  }
}
