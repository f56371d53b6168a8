import type { ModelSettings } from '../../pipeline/stream-settings.js';
import type { LayoutName } from '../dataset.js';

/** Everything that decides what a unit's output is. Plain data: it travels to workers in JSON, and its hash names a run. */
export interface UnitSettings {
  readonly layout: LayoutName;
  /** Generator, device, threads; its `style` is used where a recipe draws none. */
  readonly model: ModelSettings;
  /** The recipe, as its JSON text, so that a worker on another machine needs no file. */
  readonly recipe: string;
  readonly seed: number;
  /** At least 1. More than one: each variant is a whole set in the folder `variant-K` of the output, K from 0. */
  readonly variants: number;
  /** Temporal smoothing of sequences and videos, 0 to 1. */
  readonly smoothing: number;
  /** Writes the lamps of each item as JSON beside the set: `nocturne/lamps/ITEM.json`. */
  readonly hasLamps: boolean;
  /** Writes what the lamps and lights add as an 8-bit PNG: `nocturne/light-masks/ITEM.png`. */
  readonly hasLightMasks: boolean;
  /** Writes the scene's surfaces as an index mask, PNG: `nocturne/scenes/ITEM.png`. */
  readonly hasSceneMasks: boolean;
  /** Where rejected nights go: `bin`: `nocturne/rejected/`; `keep`: they stay in the set, with their verdict in the manifest. */
  readonly rejects: 'bin' | 'keep';
  /** What becomes of nights among the days. */
  readonly nights: 'copy' | 'translate' | 'reject';
  /** Statistics of real nights to judge by, as JSON text; default: the package's. */
  readonly nightRange?: string;
}
