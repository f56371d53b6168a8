import type { Thumbnail } from '../image/thumbnail.js';
import type { Look } from '../look/look.js';
import type { ModelCard } from './model-card.js';

/** Something that says how a day frame becomes night. Memoryless: the same thumbnail gives the same look. */
export interface Generator extends AsyncDisposable {
  readonly card: ModelCard;
  /** The device it runs on, as a person reads it: `cpu`, `webgpu`. */
  readonly device: string;
  /**
   * The look for one frame. Lends the look: it is valid until the next call.
   * Throws NocturneError `MODEL_FAILED` when the network fails or its look is not finite.
   */
  translate(thumbnail: Thumbnail, signal?: AbortSignal): Promise<Look>;
  /** Frees the network. Idempotent. */
  close(): Promise<void>;
}
