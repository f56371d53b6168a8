import type { LightingControls } from '../core/controls.js';
import { NocturneError } from '../core/errors.js';
import { silentLogger, type Logger } from '../core/logger.js';
import type { Thumbnail } from '../image/thumbnail.js';
import type { Generator } from './generator.js';
import { LastGoodLook } from './last-good-look.js';
import type { GrainSigma } from '../look/grain-sigma.js';
import type { Look } from '../look/look.js';
import type { Motion } from '../temporal/motion.js';

/** A generator that replaces the looks of a network that fails. */
export interface FallbackGenerator extends Generator {
  /** Number of frames that got another look because the network failed. */
  readonly fallbacks: number;
}

/** Options of {@link withFallback}. */
export interface FallbackOptions {
  /** Makes the looks once the last good one is too old. Taken: closed with the returned generator. */
  readonly fallback: Generator;
  readonly logger?: Logger;
  /** Called for each frame on which the network failed. */
  readonly onFallback?: (error: NocturneError) => void;
}

/** Consecutive failures after which the network is called only once per {@link RETRY_INTERVAL_MS}. */
const MAX_CONSECUTIVE_FAILURES = 10;
/** Interval between calls of a network that keeps failing, milliseconds. */
const RETRY_INTERVAL_MS = 1000;
/** Minimum interval between two log lines about a failing network, milliseconds. */
const LOG_INTERVAL_MS = 1000;

/**
 * Wraps a network so that every frame gets a look: the network's own; when the network fails, the last good look; and after
 * a second, the look of the fallback generator. Logs failures, at most once a second. Takes the network: closes it with
 * itself.
 */
export function withFallback(network: Generator, options: FallbackOptions): FallbackGenerator {
  return new NetworkWithFallback(network, options);
}

class NetworkWithFallback implements FallbackGenerator {
  readonly #network: Generator;
  readonly #options: FallbackOptions;
  readonly #lastGood = new LastGoodLook();
  #consecutiveFailures = 0;
  #fallbacks = 0;
  #lastCallMs = -Infinity;
  #lastLogMs = -Infinity;

  constructor(network: Generator, options: FallbackOptions) {
    this.#network = network;
    this.#options = options;
  }

  get card(): Generator['card'] {
    return this.#network.card;
  }

  get device(): string {
    return this.#network.device;
  }

  get placement(): Generator['placement'] {
    return this.#network.placement;
  }

  get fallbacks(): number {
    return this.#fallbacks;
  }

  get grain(): GrainSigma | undefined {
    return this.#network.grain;
  }

  get wantsDetail(): boolean {
    return this.#network.wantsDetail ?? false;
  }

  get lightsRoad(): boolean {
    return this.#network.lightsRoad ?? false;
  }

  get scene(): Generator['scene'] {
    return this.#network.scene;
  }

  /** Undefined where the network has no nights. */
  get withNight(): Generator['withNight'] {
    const network = this.#network;
    return network.withNight && ((night) => network.withNight?.(night) ?? Promise.resolve(network));
  }

  setLighting(lighting: LightingControls): void {
    this.#network.setLighting?.(lighting);
  }

  advance(thumbnail: Thumbnail, motion: Motion | undefined, seconds: number): void {
    this.#network.advance?.(thumbnail, motion, seconds);
  }

  async translate(thumbnail: Thumbnail, signal?: AbortSignal): Promise<Look> {
    if (thumbnail.discontinuity) this.#lastGood.forget();
    const nowMs = performance.now();
    if (this.#consecutiveFailures >= MAX_CONSECUTIVE_FAILURES && nowMs - this.#lastCallMs < RETRY_INTERVAL_MS)
      return this.#fallbackLook(thumbnail, signal);
    this.#lastCallMs = nowMs;
    try {
      const look = await this.#network.translate(thumbnail, signal);
      this.#lastGood.keep(look, thumbnail.pts);
      this.#consecutiveFailures = 0;
      return look;
    } catch (error) {
      if (!(error instanceof NocturneError) || error.code !== 'MODEL_FAILED') throw error;
      this.#consecutiveFailures++;
      this.#reportFailure(error, nowMs);
      return this.#fallbackLook(thumbnail, signal);
    }
  }

  async close(): Promise<void> {
    await this.#network.close();
    await this.#options.fallback.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #fallbackLook(thumbnail: Thumbnail, signal: AbortSignal | undefined): Promise<Look> {
    this.#fallbacks++;
    return this.#lastGood.at(thumbnail.pts) ?? this.#options.fallback.translate(thumbnail, signal);
  }

  #reportFailure(error: NocturneError, nowMs: number): void {
    this.#options.onFallback?.(error);
    if (nowMs - this.#lastLogMs < LOG_INTERVAL_MS) return;
    this.#lastLogMs = nowMs;
    const logger = this.#options.logger ?? silentLogger;
    logger.warn({ code: error.code, fallbacks: this.#fallbacks + 1 }, `${error.toLine()} Using a fallback look.`);
  }
}
