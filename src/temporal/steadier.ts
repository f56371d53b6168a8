import type { Thumbnail } from '../image/thumbnail.js';
import type { Look } from '../look/look.js';
import type { Motion } from './motion.js';

/** Keeps a sequence of looks from flickering. Finds motion and cuts itself, from the thumbnails. */
export interface Steadier extends Disposable {
  /**
   * Takes the next picture, and carries the look along with what moved in it. False when there is none to carry: at the
   * first picture, at a cut, after a discontinuity, a jump back in time or {@link reset}. Reads the thumbnail, keeps nothing of it.
   */
  propagate(thumbnail: Thumbnail): boolean;
  /**
   * Lets the look that was carried settle towards one made for the picture last followed; takes that as it is where none
   * was carried. Reads `look`, keeps nothing of it.
   * @param smoothing 0 takes every look as it is, 1 is steadiest.
   */
  blend(look: Look, smoothing: number): void;
  /** The look for the picture last followed. Lent until the next call. */
  readonly look: Look;
  /** What moved between the picture last followed and the one before; undefined where it does not continue that. Lent as the look is. */
  readonly motion: Motion | undefined;
  /** Seconds of the video since a look was settled for; Infinity without one. */
  readonly age: number;
  /** Times the past was forgotten because the picture was cut. */
  readonly cuts: number;
  /** Forgets the past: on a seek, a loop, a reconnect. A thumbnail's `discontinuity` does the same. */
  reset(): void;
}
