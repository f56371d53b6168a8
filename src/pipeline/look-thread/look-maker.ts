import { toSeconds, type Micros } from '../../core/time.js';
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

/**
 * Makes the steady looks of one stream: runs the steadier for every frame, the generator as often as needed; one that reads
 * details whenever a detail comes. Closes neither.
 */
export class LookMaker {
  readonly #generator: Generator;
  readonly #steadier: Steadier;
  readonly #meter = new LiveSteadiness();
  #pts: Micros | undefined;

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
    this.#announce(thumbnail);
    const propagateMs = performance.now() - started;
    if (isPropagated && !this.#isDue(thumbnail, smoothing)) {
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

  /** True when a frame with a propagated look gets a new one. */
  #isDue({ detail }: Thumbnail, smoothing: number): boolean {
    if (this.#generator.wantsDetail) return detail !== undefined;
    return smoothing === 0 || this.#steadier.age >= FRESH_SECONDS;
  }

  /** Lets the generator move what it tracks to the next frame. */
  #announce(thumbnail: Thumbnail): void {
    const { motion } = this.#steadier;
    const { pts } = thumbnail;
    const seconds = motion ? toSeconds((pts - (this.#pts ?? pts)) as Micros) : 0; // a difference of two Micros is one
    this.#pts = pts;
    this.#generator.advance?.(thumbnail, motion, seconds);
  }
}
