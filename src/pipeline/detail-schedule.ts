import { toSeconds, type Micros } from '../core/time.js';
import type { Thumbnail } from '../image/thumbnail.js';

/** How long the look of a detail is as good as a new one, seconds of the video: at 24 and 25 frames a second every third frame is due, at 30 every fourth. */
const FRESH_SECONDS = 0.115;

/** Decides which frames of a video are read in detail; depends on their times alone. */
export class DetailSchedule {
  #last: Micros | undefined;

  /**
   * True when the next frame is due: the first one, one that does not continue the video, any frame without smoothing, and one
   * about an eighth of a second after the last that was due.
   */
  isDue({ pts, discontinuity }: Omit<Thumbnail, 'data'>, smoothing: number): boolean {
    const last = this.#last;
    const isContinued = last !== undefined && !discontinuity && pts >= last;
    if (isContinued && smoothing > 0 && toSeconds((pts - last) as Micros) < FRESH_SECONDS) return false; // a difference of two Micros is one
    this.#last = pts;
    return true;
  }
}
