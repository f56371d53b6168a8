import { toSeconds, type Micros } from '../core/time.js';
import type { Thumbnail } from '../image/thumbnail.js';
import { copyLookInto, emptyLook, type Look } from '../infer/look.js';
import { SceneCutDetector } from './scene-cut.js';
import type { Steadier } from './steadier.js';

/** Time constant of the grid at smoothing 1, seconds: colours and exposure settle as slowly as a camera's. */
const GRID_SECONDS = 1.2;
/** Time constant of the lights at smoothing 1, seconds: short, for lights move with what carries them. */
const LIGHTS_SECONDS = 0.2;

/** A steadier that lets looks settle exponentially, in the time of the video and not in its frames. */
export function createSteadier(): Steadier {
  return new ExponentialSteadier();
}

/**
 * First-order low-pass on a look's numbers. The weight of a new look follows from the time since the last one, so that
 * drops, pauses and variable frame rates change nothing; a cut, a jump back in time or a discontinuity starts afresh.
 */
class ExponentialSteadier implements Steadier {
  readonly #look = emptyLook();
  readonly #cutDetector = new SceneCutDetector();
  #lastPts: Micros | undefined;
  #cuts = 0;

  get cuts(): number {
    return this.#cuts;
  }

  next(look: Look, thumbnail: Thumbnail, smoothing: number): Look {
    if (!(smoothing >= 0 && smoothing <= 1)) throw new RangeError(`smoothing must be from 0 to 1, got ${smoothing}`);
    if (thumbnail.discontinuity || (this.#lastPts !== undefined && thumbnail.pts < this.#lastPts)) this.reset();
    const cut = this.#cutDetector.isCut(thumbnail.data);
    if (cut) this.#cuts++;
    if (cut || this.#lastPts === undefined || smoothing === 0) {
      copyLookInto(look, this.#look);
    } else {
      const elapsed = toSeconds((thumbnail.pts - this.#lastPts) as Micros); // a difference of two Micros is one
      approach(this.#look.grid, look.grid, weightOf(elapsed, GRID_SECONDS, smoothing));
      approach(this.#look.lights, look.lights, weightOf(elapsed, LIGHTS_SECONDS, smoothing));
    }
    this.#lastPts = thumbnail.pts;
    return this.#look;
  }

  reset(): void {
    this.#lastPts = undefined;
    this.#cutDetector.reset();
  }

  [Symbol.dispose](): void {
    this.reset();
  }
}

/** Share of the way to a new look after `elapsed` seconds; the dial is squared, so that its lower half is gentle. */
function weightOf(elapsed: number, seconds: number, smoothing: number): number {
  return 1 - Math.exp(-elapsed / (seconds * smoothing * smoothing));
}

function approach(values: Float32Array, target: Float32Array, weight: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    values[i] = value + weight * ((target[i] ?? 0) - value);
  }
}
