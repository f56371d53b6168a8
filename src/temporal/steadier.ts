import type { Thumbnail } from '../image/thumbnail.js';
import type { Look } from '../look/look.js';
import type { Motion } from './motion.js';

/** Keeps a sequence of looks from flickering. Detects motion and cuts in the thumbnails. */
export interface Steadier extends Disposable {
  /**
   * Propagates the look along the motion to the next frame. Returns false when there is no look to propagate: at the first
   * frame, at a cut, after a discontinuity, a jump back in time or {@link reset}. Borrows the thumbnail.
   */
  propagate(thumbnail: Thumbnail): boolean;
  /**
   * Blends the propagated look with a new one, made for the last propagated frame. Without a propagated look, copies the new
   * one. Borrows `look`. Throws RangeError for a smoothing outside [0, 1].
   * @param smoothing 0 copies every look unchanged, 1 is steadiest.
   */
  blend(look: Look, smoothing: number): void;
  /**
   * Marks the last propagated frame: its look is in the making and may come some frames later. From now on the motion since that frame is
   * found too. A second mark replaces the first.
   */
  mark(): void;
  /** True while the frame marked last is of the same scene as the last propagated one: its look is of use. */
  readonly isMarked: boolean;
  /**
   * {@link blend} with the look of the marked frame, moved along the motion since; the mark is used up. Borrows `look`. Throws TypeError
   * unless {@link isMarked}.
   */
  blendMarked(look: Look, smoothing: number): void;
  /** The look for the last propagated frame. Lent until the next call. */
  readonly look: Look;
  /** Motion to the last propagated frame; undefined when it does not continue the previous one. Lent as {@link look}. */
  readonly motion: Motion | undefined;
  /** Seconds of the video since the last {@link blend}; Infinity without a look. */
  readonly age: number;
  /** Number of cuts detected. */
  readonly cuts: number;
  /** Drops all state: on a seek, a loop or a reconnect. A thumbnail with `discontinuity` does the same. */
  reset(): void;
}
