import type { LightingControls } from '../core/controls.js';
import type { Thumbnail } from '../image/thumbnail.js';
import type { LampKind, Look } from '../look/look.js';
import type { NightStyle } from '../lighting/night-style.js';
import type { GrainSigma } from '../look/grain-sigma.js';
import type { Scene } from '../scene/scene.js';
import type { Motion } from '../temporal/motion.js';
import type { ModelCard } from './model-card.js';
import type { Placement } from './network-session.js';

/** How a street is lit, beside the dials. */
export interface Night {
  readonly style: NightStyle;
  /** Seed of what is drawn for each thing. */
  readonly seed: number;
  /** Kinds of lamp that stay dark, with their light on what stands near; default none. */
  readonly darkKinds?: readonly LampKind[];
}

/**
 * Makes looks from thumbnails. Stateless while {@link advance} is not called: with the same lighting, the same thumbnail gives
 * the same look.
 */
export interface Generator extends AsyncDisposable {
  readonly card: ModelCard;
  /** Name of the device it runs on, for display: `cpu`, `webgpu`. */
  readonly device: string;
  /** Where its network runs; undefined for a generator without one. */
  readonly placement?: Placement | undefined;
  /** Whether its network runs in another process: this thread need not wait for a look; default false. */
  readonly isElsewhere?: boolean;
  /** Whether it reads `Thumbnail.detail`; default false. Without a detail it enlarges the thumbnail. */
  readonly wantsDetail?: boolean;
  /** Whether its looks hold the light of own headlights, so that the renderer adds none; default false. */
  readonly lightsRoad?: boolean;
  /** Sensor noise of its nights at dial 1; default: the renderer's. */
  readonly grain?: GrainSigma | undefined;
  /** What the frame shows that was translated last; undefined for generators that read no scene. Lent as its look. */
  readonly scene?: Scene | undefined;
  /**
   * Returns a generator of another night on the same network: no model is loaded, and a `Thumbnail` object that one of them has translated
   * is not read again by the next. Each tracks for itself what it sees. Their failures have no fallback; closing the first one closes the
   * network. Undefined for generators without a style.
   */
  readonly withNight?: ((night: Night) => Promise<Generator>) | undefined;
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
