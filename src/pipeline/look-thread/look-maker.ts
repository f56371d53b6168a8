import type { Thumbnail } from '../../image/thumbnail.js';
import type { Generator } from '../../infer/generator.js';
import type { Steadier } from '../../temporal/steadier.js';
import type { LookResult, SteadinessStats } from '../look-thread-messages.js';
import { LiveSteadiness } from './live-steadiness.js';

/**
 * How long a propagated look is as good as a new one, seconds of the video: at 24 to 30 frames a second every other frame
 * has a new look, at 20 and below every frame.
 */
const FRESH_SECONDS = 0.045;

/** Makes the steady looks of one stream: runs the steadier for every frame, the generator as often as needed. Closes neither. */
export class LookMaker {
  readonly #generator: Generator;
  readonly #steadier: Steadier;
  readonly #meter = new LiveSteadiness();

  constructor(generator: Generator, steadier: Steadier) {
    this.#generator = generator;
    this.#steadier = steadier;
  }

  /** How steady the looks of the last seconds are. */
  get steadiness(): SteadinessStats {
    return this.#meter.stats;
  }

  /**
   * The look for the next frame of the stream. Throws as the generator does.
   * @param smoothing 0 gives every frame a look of its own, 1 is steadiest.
   */
  async make(thumbnail: Thumbnail, smoothing: number): Promise<LookResult> {
    const steadier = this.#steadier;
    const started = performance.now();
    const isPropagated = steadier.propagate(thumbnail);
    const propagateMs = performance.now() - started;
    if (isPropagated && smoothing > 0 && steadier.age < FRESH_SECONDS) {
      this.#meter.add(thumbnail, steadier.look, steadier.motion);
      return { look: steadier.look, lookMs: undefined, steadyMs: performance.now() - started };
    }
    const generatorStarted = performance.now();
    const generated = await this.#generator.translate(thumbnail).catch((error: unknown) => {
      this.#meter.reset();
      throw error;
    });
    const blendStarted = performance.now();
    steadier.blend(generated, smoothing);
    this.#meter.add(thumbnail, steadier.look, steadier.motion);
    return {
      look: steadier.look,
      lookMs: blendStarted - generatorStarted,
      steadyMs: propagateMs + performance.now() - blendStarted,
    };
  }
}
