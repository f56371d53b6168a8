import type { Frame } from './frame.js';

/** Takes rendered frames in order of pts: a live encoder, a file. */
export interface FrameSink {
  /**
   * Takes the frame (closes it also when it throws). The call into the encoder is in flight when this returns; await the
   * promise later to overlap work. One call at a time.
   */
  write(frame: Frame): Promise<void>;
}
