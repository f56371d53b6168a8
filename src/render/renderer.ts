import type { Controls } from '../core/controls.js';
import type { Frame } from '../core/frame.js';
import type { Thumbnail } from '../image/thumbnail.js';
import type { Look } from '../look/look.js';
import type { GrainOptions } from './grain.js';

/** Reads thumbnails from frames and renders frames as night, at full size and in place. */
export interface Renderer extends Disposable {
  /** Scales the frame to a thumbnail. Borrows the frame; lends the thumbnail until the second call after this one. */
  thumbnail(frame: Frame): Thumbnail;
  /** Scales the frame to a detail, `[3, 256, 448]`: `Thumbnail.detail`. Borrows the frame; lends the detail as {@link thumbnail}. */
  detail(frame: Frame): Float32Array;
  /** What applies looks, in words: `WebAssembly`, or `WebGPU on` a device. */
  readonly kernel: string;
  /**
   * Applies a look with the controls. Overwrites the frame's planes. Borrows all three until it returns; where it returns a promise, which
   * then awaits the GPU, frame and look until that settles. One call at a time.
   * Grain depends only on the seed and `frame.pts`: the same input gives the same bytes.
   * @param grain of this frame; default: the renderer's seed and sigma. Stills, which have no time, take a seed each.
   */
  apply(look: Look, controls: Controls, frame: Frame, grain?: GrainOptions): Promise<void> | undefined;
}

/** A renderer that has finished when `apply` returns. */
export interface SyncRenderer extends Renderer {
  apply(look: Look, controls: Controls, frame: Frame, grain?: GrainOptions): undefined;
}
