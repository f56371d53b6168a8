import type { FoundLampHead } from './find-lamp-heads.js';
import type { FoundPane } from './find-panes.js';
import type { FoundSignal } from './find-signals.js';
import type { FoundVehicle } from './vehicle-peaks.js';

/** What the network and the finders see in one frame, before it is decided over time. Lent until the next frame. */
export interface FoundScene {
  /** `[13, 72, 128]`: as `Scene.surfaces`. */
  readonly surfaces: Float32Array;
  /** `[72, 128]`: 1 where the own bonnet may be. */
  readonly bonnet: Float32Array;
  readonly hasBonnet: boolean;
  readonly horizon: number;
  /** As `Scene.street`. */
  readonly street: number;
  /** Also those that are only sure enough to be ones seen before. */
  readonly vehicles: readonly FoundVehicle[];
  readonly signals: readonly FoundSignal[];
  readonly lampHeads: readonly FoundLampHead[];
  readonly panes: readonly FoundPane[];
}
