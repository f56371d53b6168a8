import type { Micros } from '../src/core/time.js';

/** Times of a packet, kept for its frame. */
export interface FrameTimes {
  readonly pts: Micros;
  readonly capturedAt: Micros;
  /** Older than the viewer's join: decoded only because later frames refer to it. */
  readonly isBacklog: boolean;
}
