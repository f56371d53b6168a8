import type { Controls } from '../core/controls.js';
import type { Frame } from '../core/frame.js';
import type { Thumbnail } from '../image/thumbnail.js';
import type { Look } from '../look/look.js';

/** Reads thumbnails from frames and turns frames into night, at full size, in the frame's own planes. */
export interface Renderer extends Disposable {
  /** The frame at the network's size. Borrows the frame; lends the thumbnail until the second next call. */
  thumbnail(frame: Frame): Thumbnail;
  /**
   * Applies a look under the controls, in place: borrows all three, overwrites the frame's planes.
   * Grain is drawn from (seed of the renderer, `frame.pts`): the same input gives the same bytes.
   */
  apply(look: Look, controls: Controls, frame: Frame): void;
}
