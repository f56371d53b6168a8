import type { LightingControls } from '../core/controls.js';
import type { Thumbnail } from '../image/thumbnail.js';
import type { Look } from '../look/look.js';
import type { GrainSigma } from '../look/grain-sigma.js';
import type { Motion } from '../temporal/motion.js';
import type { ModelCard } from './model-card.js';

/**
 * Makes looks from thumbnails. Stateless while {@link advance} is not called: with the same lighting, the same thumbnail gives
 * the same look.
 */
export interface Generator extends AsyncDisposable {
  readonly card: ModelCard;
  /** Name of the device it runs on, for display: `cpu`, `webgpu`. */
  readonly device: string;
  /**
   * Whether it reads the street in `Thumbnail.detail`, and lights own headlights itself; default false. Without a detail it
   * enlarges the thumbnail.
   */
  readonly wantsDetail?: boolean;
  /** Sensor noise of its nights at dial 1; default: the renderer's. */
  readonly grain?: GrainSigma | undefined;
  /** Sets the dials that change how a street is lit, for the looks from now on. Generators without a scene have none. */
  setLighting?(lighting: LightingControls): void;
  /**
   * Announces the next frame of a video, with or without a look: what the generator tracks moves along. {@link translate} of this
   * frame then continues the video; of any other frame it is a still. Borrows both.
   * @param motion since the previous frame; undefined: the frame does not continue it.
   * @param seconds since the previous frame.
   */
  advance?(thumbnail: Thumbnail, motion: Motion | undefined, seconds: number): void;
  /**
   * Returns the look for one frame. Lends it: it is valid until the next call. Borrows the thumbnail.
   * Throws NocturneError `MODEL_FAILED` when the network fails or its look is not finite.
   */
  translate(thumbnail: Thumbnail, signal?: AbortSignal): Promise<Look>;
  /** Releases the network. Idempotent. */
  close(): Promise<void>;
}
