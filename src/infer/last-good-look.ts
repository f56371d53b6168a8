import { micros, toSeconds, type Micros } from '../core/time.js';
import { copyLookInto, emptyLook, type Look } from '../look/look.js';

/** How long it is used, in seconds of the video: after that it no longer fits the scene. */
const MAX_AGE_SECONDS = 1;

/** The last look of a network that works: what frames get while it fails. */
export class LastGoodLook {
  readonly #look = emptyLook();
  #pts: Micros | undefined;

  /** Copies the look of the frame at `pts`. */
  keep(look: Look, pts: Micros): void {
    copyLookInto(look, this.#look);
    this.#pts = pts;
  }

  /** Call when another scene begins. */
  forget(): void {
    this.#pts = undefined;
  }

  /** The look for a frame at `pts`, lent until the next `keep`; undefined where there is none that still fits. */
  at(pts: Micros): Look | undefined {
    const isFitting = this.#pts !== undefined && toSeconds(micros(Math.abs(pts - this.#pts))) <= MAX_AGE_SECONDS;
    return isFitting ? this.#look : undefined;
  }
}
