import type { Thumbnail } from '../image/thumbnail.js';
import type { Look } from '../infer/look.js';

/** Keeps a sequence of looks from flickering. Finds motion and cuts itself, from the thumbnails. */
export interface Steadier extends Disposable {
  /**
   * The steadied look of this frame. Borrows `look` and `thumbnail` (both are read, neither is kept); lends the result
   * until the next call.
   * @param smoothing 0 leaves the look as it is, 1 is steadiest.
   */
  next(look: Look, thumbnail: Thumbnail, smoothing: number): Look;
  /** Forgets the past: on a seek, a loop, a reconnect. A thumbnail's `discontinuity` does the same. */
  reset(): void;
  /** Times the past was forgotten because the picture was cut. */
  readonly cuts: number;
}
