import type { Thumbnail } from '../image/thumbnail.js';
import type { Look } from '../look/look.js';
import type { ModelCard } from './model-card.js';

/** Makes looks from thumbnails. Stateless: the same thumbnail gives the same look. */
export interface Generator extends AsyncDisposable {
  readonly card: ModelCard;
  /** Name of the device it runs on, for display: `cpu`, `webgpu`. */
  readonly device: string;
  /**
   * Returns the look for one frame. Lends it: it is valid until the next call. Borrows the thumbnail.
   * Throws NocturneError `MODEL_FAILED` when the network fails or its look is not finite.
   */
  translate(thumbnail: Thumbnail, signal?: AbortSignal): Promise<Look>;
  /** Releases the network. Idempotent. */
  close(): Promise<void>;
}
