import type { Micros } from '../core/time.js';

/** Columns of a thumbnail. */
export const THUMBNAIL_WIDTH = 256;
/** Rows of a thumbnail. */
export const THUMBNAIL_HEIGHT = 144;

/** Columns of a detail. */
export const DETAIL_WIDTH = 448;
/** Rows of a detail. */
export const DETAIL_HEIGHT = 256;

/** A frame at 256 x 144: the input of generators and steadier. */
export interface Thumbnail {
  /**
   * `[3, 144, 256]`, planar Y, U, V (NCHW without the N): BT.709 full range, Y in [0, 1], U and V in [-0.5, 0.5].
   * Area-averaged from the frame's planes and stretched to 256x144, whatever the frame's aspect.
   * Lent: valid until its reader has made two more thumbnails. Copy it to keep it.
   */
  readonly data: Float32Array;
  readonly pts: Micros;
  /** `Frame.discontinuity` of the frame. */
  readonly discontinuity: boolean;
  /** `[3, 256, 448]`: the same frame, larger, for generators that read the street; lent as `data`. */
  readonly detail?: Float32Array;
}
