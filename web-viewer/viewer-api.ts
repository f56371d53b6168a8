import type { PlayerKind } from './page-url.js';
import type { Crop, GrabbedFrame, Pixels, ViewerStats, ViewerStatus } from './worker-messages.js';

/** Default width limit of a snapshot, pixels: reading a whole 4K canvas is slow. */
export const SNAPSHOT_MAX_WIDTH = 640;

/**
 * `window.nocturne`: a read-only interface for tests and measurements.
 * Pixels are the canvas's, with the sample aspect applied: one canvas pixel per sample of the frame.
 */
export interface ViewerApi {
  /** This viewer's statistics, at most 250 ms old. */
  stats(): ViewerStats;
  /** The status that the page shows over the video. */
  status(): ViewerStatus;
  /** Name of the current stream; empty before one is chosen. */
  stream(): string;
  /** What plays: `webcodecs`, `mse` or `mjpeg`; undefined where nothing does. */
  player(): PlayerKind | undefined;
  /** The canvas's pixels, scaled down to `maxWidth` (default 640). Rejects before the first frame. */
  snapshot(crop?: Crop, maxWidth?: number): Promise<Pixels>;
  /** The next `count` (1 to 600) drawn frames with their times and the unscaled pixels of `crop`. Rejects before the first frame. */
  grab(count: number, crop?: Crop): Promise<GrabbedFrame[]>;
}

declare global {
  interface Window {
    nocturne?: ViewerApi;
  }
}
