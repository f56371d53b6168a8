import type { Crop, GrabbedFrame, Pixels, ViewerStats, ViewerStatus } from './worker-messages.js';

/** Widest picture a snapshot gives when not told, pixels: reading all of 4K takes a while. */
export const SNAPSHOT_MAX_WIDTH = 640;

/**
 * `window.nocturne`: what tests and measurements read from the page. It changes nothing.
 * Pixels are those of the canvas, sample aspect applied, one canvas pixel per picture sample.
 */
export interface ViewerHook {
  /** This viewer's figures, at most 250 ms old. */
  stats(): ViewerStats;
  /** What the page shows over the picture. */
  status(): ViewerStatus;
  /** The stream in view; empty before one is chosen. */
  stream(): string;
  /** The canvas's pixels, scaled down to `maxWidth` (default 640). Rejects before the first picture. */
  snapshot(crop?: Crop, maxWidth?: number): Promise<Pixels>;
  /** The next `count` (1 to 600) drawn pictures with their times and the pixels of `crop`, unscaled. Rejects before the first picture. */
  grab(count: number, crop?: Crop): Promise<GrabbedFrame[]>;
}

declare global {
  interface Window {
    nocturne?: ViewerHook;
  }
}
