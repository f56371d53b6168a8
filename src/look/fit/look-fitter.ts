import type { Look } from '../look.js';

/** An image as planes, BT.709 full range: Y in [0, 1], U and V in [-0.5, 0.5]. */
export interface YuvPlanes {
  readonly width: number;
  readonly height: number;
  /** `[3, height, width]`: Y, U, V. */
  readonly data: Float32Array;
}

/** Finds the look that turns a day into what a generator made of it. */
export interface LookFitter {
  /**
   * The look whose result on `day` comes nearest to `night`. Lends it until the next call; borrows both images, which have one size.
   * Throws RangeError for images of two sizes or below 32x32.
   */
  fit(day: YuvPlanes, night: YuvPlanes): Look;
}
