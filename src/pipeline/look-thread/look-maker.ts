import type { Thumbnail } from '../../image/thumbnail.js';
import type { Generator } from '../../infer/generator.js';
import type { Look } from '../../look/look.js';
import { LiveSteadiness, type LiveFigures } from './live-steadiness.js';
import type { Steadier } from '../../temporal/steadier.js';

/**
 * Seconds of the video for which a look is as good as new, carried along with the picture's motion: at 24 to 30 frames a
 * second every other frame has one of its own, at 20 and below every frame.
 */
const FRESH_SECONDS = 0.045;

/** How one steady look came about. */
export interface MadeLook {
  /** Lent until the next one is made. */
  readonly look: Look;
  /** Milliseconds in the generator; undefined where the look was carried along alone. */
  readonly lookMs: number | undefined;
  /** Milliseconds in the steadier and the flicker meter. */
  readonly steadyMs: number;
}

/** Makes the steady looks of one stream: asks the generator as often as needed, the steadier always. Closes neither. */
export class LookMaker {
  readonly #generator: Generator;
  readonly #steadier: Steadier;
  readonly #meter = new LiveSteadiness();

  constructor(generator: Generator, steadier: Steadier) {
    this.#generator = generator;
    this.#steadier = steadier;
  }

  /** How steady the looks of the last seconds are. */
  get steadiness(): LiveFigures {
    return this.#meter.figures;
  }

  /**
   * The look for the next frame of the stream. Throws as the generator does.
   * @param smoothing 0 gives every frame a look of its own, 1 is steadiest.
   */
  async make(thumbnail: Thumbnail, smoothing: number): Promise<MadeLook> {
    const steadier = this.#steadier;
    const started = performance.now();
    const isCarried = steadier.propagate(thumbnail);
    const followedMs = performance.now() - started;
    if (isCarried && smoothing > 0 && steadier.age < FRESH_SECONDS) {
      this.#meter.add(thumbnail, steadier.look, steadier.motion);
      return { look: steadier.look, lookMs: undefined, steadyMs: performance.now() - started };
    }
    const asked = performance.now();
    const fresh = await this.#generator.translate(thumbnail).catch((error: unknown) => {
      this.#meter.reset();
      throw error;
    });
    const looked = performance.now();
    steadier.blend(fresh, smoothing);
    this.#meter.add(thumbnail, steadier.look, steadier.motion);
    return { look: steadier.look, lookMs: looked - asked, steadyMs: followedMs + performance.now() - looked };
  }
}
