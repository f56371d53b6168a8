import { Percentiles } from '../../core/stats.js';
import { micros, toSeconds, type Micros } from '../../core/time.js';
import type { Thumbnail } from '../../image/thumbnail.js';
import type { Generator } from '../../infer/generator.js';
import type { Steadier } from '../../temporal/steadier.js';
import type { LookResult, SteadinessStats } from '../look-thread-messages.js';
import { LateLook } from './late-look.js';
import { LiveSteadiness } from './live-steadiness.js';
import { MissedMotion } from './missed-motion.js';

/**
 * How long a propagated look is as good as a new one, seconds of the video: at 24 to 30 frames a second every other frame
 * has a new look, at 20 and below every frame.
 */
const FRESH_SECONDS = 0.045;
/** Age of the generator's last look from which the fallback makes looks, seconds of the video: too much has come into view since. */
const STALE_SECONDS = 4;
/** How long a frame waits for a look that its generator makes elsewhere, milliseconds: half a frame at 25 frames/s. */
const WAIT_MS = 20;
/** The same for the first look of a stream: nobody watches yet, and the night need not begin with another generator's. */
const FIRST_WAIT_MS = 1000;

/** How {@link LookMaker} works with generators that are elsewhere. */
export interface LiveOptions {
  /** Makes looks while there is none of the generator, or none that still fits. Borrowed. */
  readonly fallback: Generator;
}

/**
 * Makes the steady looks of one stream: runs the steadier for every frame, the generator as often as needed; one that reads
 * details whenever a detail comes. Closes neither.
 *
 * Each look is awaited, so that the same frames give the same looks; except in a live stream whose generator runs in another process: there a
 * frame waits {@link WAIT_MS} at most. A look that comes later is moved along the motion since its frame.
 */
export class LookMaker {
  #generator: Generator;
  readonly #steadier: Steadier;
  #live: LiveOptions | undefined;
  readonly #meter = new LiveSteadiness();
  readonly #missed = new MissedMotion();
  readonly #ages = new Percentiles();
  #late: LateLook | undefined;
  /** Time that the last look took, milliseconds. */
  #lastTookMs = 0;
  #pts: Micros | undefined;
  /** Of the frame for which the generator's last look of this scene was made. */
  #lookPts: Micros | undefined;
  #isFirst = true;

  /** @param live for a live stream; default: every look is awaited. */
  constructor(generator: Generator, steadier: Steadier, live?: LiveOptions) {
    this.#generator = generator;
    this.#steadier = steadier;
    this.#live = live;
  }

  /** How steady the looks of the last seconds are. */
  get steadiness(): SteadinessStats {
    return this.#meter.stats;
  }

  /** Age of the generator's looks when frames are rendered with them: p95 of the last 512 frames, milliseconds of the video. */
  get lookAgeMs(): number {
    return Math.round(this.#ages.quantile(0.95)) || 0;
  }

  /**
   * Makes looks with another generator from the next frame on; the steadier fades from the old ones to the new ones. Resolves when the old one has
   * finished; the caller closes it.
   */
  async change(generator: Generator, live?: LiveOptions): Promise<void> {
    this.#generator = generator;
    this.#live = live;
    this.#lastTookMs = 0;
    const late = this.#late;
    this.#late = undefined;
    this.#missed.clear();
    await late?.settled;
  }

  /**
   * The look for the next frame of the stream. Throws as the generator does.
   * @param smoothing 0 gives every frame a look of its own, 1 is steadiest.
   */
  async make(thumbnail: Thumbnail, smoothing: number): Promise<LookResult> {
    const steadier = this.#steadier;
    const started = performance.now();
    const isPropagated = steadier.propagate(thumbnail);
    if (!isPropagated) this.#lookPts = undefined;
    this.#announce(thumbnail);
    const propagateMs = performance.now() - started;
    const isDue = !isPropagated || this.#isDue(thumbnail, smoothing);
    let lookMs: number | undefined;
    if (this.#live && (this.#late || this.#generator.isElsewhere)) {
      lookMs = await this.#makeLate(thumbnail, smoothing, isDue, this.#live);
    } else if (isDue) {
      lookMs = await this.#makeNow(this.#generator, thumbnail, smoothing);
      this.#lookPts = thumbnail.pts;
    }
    const meterStarted = performance.now();
    this.#meter.add(thumbnail, steadier.look, steadier.motion);
    if (this.#lookPts !== undefined) this.#ages.add(1000 * secondsBetween(this.#lookPts, thumbnail.pts));
    return { look: steadier.look, lookMs, steadyMs: propagateMs + performance.now() - meterStarted };
  }

  /** Awaits a look. Returns the milliseconds it took. */
  async #makeNow(generator: Generator, thumbnail: Thumbnail, smoothing: number): Promise<number> {
    const started = performance.now();
    const look = await generator.translate(thumbnail).catch((error: unknown) => {
      this.#meter.reset();
      throw error;
    });
    const lookMs = performance.now() - started;
    this.#steadier.blend(look, smoothing);
    return lookMs;
  }

  /** Takes a look that has come, starts one that is due, and lets the fallback make one where none fits. Returns the milliseconds of a look that came. */
  async #makeLate(
    thumbnail: Thumbnail,
    smoothing: number,
    isDue: boolean,
    { fallback }: LiveOptions,
  ): Promise<number | undefined> {
    let lookMs = this.#takeLate(smoothing);
    if (isDue && !this.#late) {
      this.#steadier.mark();
      this.#late = new LateLook(this.#generator, thumbnail);
      const isFast = this.#lastTookMs <= WAIT_MS;
      await this.#late.settledWithin(this.#isFirst ? FIRST_WAIT_MS : isFast ? WAIT_MS : 0);
      this.#isFirst = false;
      lookMs = this.#takeLate(smoothing) ?? lookMs;
    }
    const age = this.#lookPts === undefined ? Infinity : secondsBetween(this.#lookPts, thumbnail.pts);
    const isMissing = this.#steadier.age === Infinity || (age > STALE_SECONDS && this.#steadier.age >= FRESH_SECONDS);
    if (isMissing) await this.#makeNow(fallback, thumbnail, smoothing);
    return lookMs;
  }

  /** Blends the look that has come, if one has; of a scene that is over, drops it. Returns the milliseconds it took. Throws as the generator does. */
  #takeLate(smoothing: number): number | undefined {
    const late = this.#late;
    if (!late?.isSettled) return undefined;
    this.#late = undefined;
    this.#lastTookMs = late.tookMs;
    this.#missed.show(this.#generator);
    const look = late.take();
    if (!this.#steadier.isMarked) return undefined;
    this.#steadier.blendMarked(look, smoothing);
    this.#lookPts = late.pts;
    return late.tookMs;
  }

  /** True when a frame with a propagated look gets a new one. */
  #isDue({ pts, detail }: Thumbnail, smoothing: number): boolean {
    if (this.#generator.wantsDetail) return detail !== undefined;
    const age = this.#lookPts === undefined ? Infinity : secondsBetween(this.#lookPts, pts);
    return smoothing === 0 || age >= FRESH_SECONDS;
  }

  /** Lets the generator move what it tracks to the next frame; one that makes a look, once that is made. */
  #announce(thumbnail: Thumbnail): void {
    const { motion } = this.#steadier;
    const { pts } = thumbnail;
    const seconds = motion ? secondsBetween(this.#pts ?? pts, pts) : 0;
    this.#pts = pts;
    if (this.#late) this.#missed.add(thumbnail, motion, seconds);
    else this.#generator.advance?.(thumbnail, motion, seconds);
  }
}

function secondsBetween(from: Micros, to: Micros): number {
  return toSeconds(micros(to - from));
}
