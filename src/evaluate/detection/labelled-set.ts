import type { LabelledBox } from '../../augment/dataset.js';
import type { RgbImage } from '../../image/rgb-image.js';

/** An image of a data set and what is labelled in it. */
export interface LabelledImage {
  /** Unique within its set, for people. */
  readonly id: string;
  /** Undefined where the image is not labelled; empty where nothing is in it. */
  readonly boxes: readonly LabelledBox[] | undefined;
  /** Reads the image upright, at its own size. Rejects with NocturneError, or with the signal's reason. */
  read(signal: AbortSignal): Promise<RgbImage>;
}

/** A data set of images, labelled or not. */
export interface LabelledSet {
  /** The last part of its path, for people. */
  readonly name: string;
  readonly path: string;
  /** For people: `yolo`. */
  readonly layout: string;
  /** At least one, in a fixed order. */
  readonly images: readonly LabelledImage[];
  /** Notes for people, one line each. */
  readonly notices: readonly string[];
}
