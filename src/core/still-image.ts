import type { Micros } from './time.js';

/** One frame of a stream as a JPEG file (JFIF: BT.601, full range). */
export interface StillImage {
  /** In its own ArrayBuffer. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Of the frame. */
  readonly pts: Micros;
  /** {@link Frame.capturedAt} of the frame. */
  readonly capturedAt: Micros;
}
