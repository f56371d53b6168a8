import { toSeconds, type Micros } from '../core/time.js';
import type { Thumbnail } from '../image/thumbnail.js';

/** How long the look of a detail is as good as a new one, seconds of the video: at 24 and 25 frames a second every third frame is due, at 30 every fourth. */
const FRESH_SECONDS = 0.124;

/** Decides which frames of a video are read in detail; depends on their times alone. */
export class DetailSchedule {
  /** Of the last frame, and of the last one that was due. */
  #before: Micros | undefined;
  #last: Micros | undefined;

  /**
   * True when the next frame is due: the first one, one that does not continue the video, any frame without smoothing, and the one
   * nearest to an eighth of a second after the last that was due.
   */
  isDue({ pts, discontinuity }: Omit<Thumbnail, 'data'>, smoothing: number): boolean {
    const [last, before] = [this.#last, this.#before];
    this.#before = pts;
    const isContinued = last !== undefined && before !== undefined && !discontinuity && pts >= last;
    if (isContinued && smoothing > 0) {
      const halfInterval = toSeconds((pts - before) as Micros) / 2; // differences of two Micros are some
      if (toSeconds((pts - last) as Micros) + halfInterval < FRESH_SECONDS) return false;
    }
    this.#last = pts;
    return true;
  }
}
