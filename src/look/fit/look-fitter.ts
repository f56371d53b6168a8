import type { Look } from '../look.js';

/** An image as planes, BT.709 full range: Y in [0, 1], U and V in [-0.5, 0.5]. */
export interface YuvPlanes {
  readonly width: number;
  readonly height: number;
  /** `[3, height, width]`: Y, U, V. */
  readonly data: Float32Array;
}

/** Smallest and largest width and height of images that a look is fitted to. */
export const FIT_SIDES = { min: 32, max: 1024 } as const;

/** What a fit cannot read from its images. */
export interface FitOptions {
  /**
   * Whether the images continue the video of the last call: its lamps then keep their ids and do not blink. Default false: a still, whose
   * look depends on nothing else, and the first frame of a video.
   */
  readonly continuing?: boolean;
  /** Width over height of the frame that the images were made of, where they are squeezed; default: their own. Lamps are round in it. */
  readonly aspect?: number;
}

/** Finds the look that turns a day into what a generator made of it. */
export interface LookFitter {
  /**
   * The look whose result on `day` comes nearest to `night`. Lends it until the next call; borrows both images, which have one size.
   * Numbers that are not finite count as 0. Throws RangeError for images of two sizes, or outside {@link FIT_SIDES}.
   */
  fit(day: YuvPlanes, night: YuvPlanes, options?: FitOptions): Look;
}
