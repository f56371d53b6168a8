import { fromSeconds, type Micros } from '../core/time.js';

/** Decides which frames a live encoder makes keyframes. */
export class KeyframeClock {
  readonly #intervalS: number;
  #last: Micros | undefined;
  #isWanted = false;

  /** @param intervalS most seconds between two keyframes. */
  constructor(intervalS: number) {
    this.#intervalS = intervalS;
  }

  /** Makes the next frame a keyframe. */
  request(): void {
    this.#isWanted = true;
  }

  /** A keyframe that the encoder made, asked for or not. */
  onKeyframe(pts: Micros): void {
    this.#last = pts;
  }

  /** The next frame is the first of an encoder. */
  reset(): void {
    this.#last = undefined;
  }

  /** Whether to force a keyframe: for the first frame, after a request, and by time since the last one (by pts, for variable frame rates). */
  isDue(pts: Micros): boolean {
    const last = this.#last;
    const isDue = this.#isWanted || last === undefined || pts < last || pts - last >= fromSeconds(this.#intervalS);
    this.#isWanted = false;
    if (isDue) this.#last = pts;
    return isDue;
  }
}
