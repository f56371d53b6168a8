import type { RgbImage } from '../../image/rgb-image.js';
import type { Box } from '../../scene/scene.js';

/** A night frame with its key regions. Lent. */
export interface KeyFrame {
  readonly name: string;
  /** Frames of one group show the same places: a group is for training or for validation as a whole. */
  readonly group: string;
  readonly image: RgbImage;
  /** Of objects and lamps, in shares of the frame's width and height; the clearest first, at least as many as a set has patches. */
  readonly regions: readonly Box[];
  /** How many of the regions come from labels; the rest were found by contrast. */
  readonly labelled: number;
}
