import type { Frame } from './frame.js';

/** Accepts rendered frames in order of pts: a live encoder or a file. */
export interface FrameSink {
  /**
   * Takes the frame; closes it also on failure. Returns while the encoder still works: await the promise later to overlap
   * other work. One call at a time.
   */
  write(frame: Frame): Promise<void>;
}
