import type { RgbImage } from '../../image/rgb-image.js';
import type { Detection } from './detection.js';
import type { Preprocessing, Size } from './detector-input.js';

/** A network that finds objects in images. */
export interface Detector extends AsyncDisposable {
  /** Names by class index; empty for what is no object. */
  readonly classes: readonly string[];
  /** What its outputs were recognised as, for people. */
  readonly title: string;
  /** Its input, and how images fit it. */
  readonly input: Size & Preprocessing;
  /** Finds objects: at most 300, most certain first, in pixels of the image. Borrows the image. Throws NocturneError MODEL_FAILED. */
  detect(image: RgbImage): Promise<Detection[]>;
  /** Frees the network. Idempotent. */
  close(): Promise<void>;
}
