import { NocturneError } from '../core/errors.js';
import { silentLogger, type Logger } from '../core/logger.js';
import { micros, toSeconds } from '../core/time.js';
import type { Thumbnail } from '../image/thumbnail.js';
import type { Generator } from './generator.js';
import { copyLookInto, emptyLook, type Look } from '../look/look.js';

/** A generator that goes on when its network does not. */
export interface FallbackGenerator extends Generator {
  /** Frames whose look came from elsewhere because the network failed. */
  readonly fallbacks: number;
}

/** Options of {@link withFallback}. */
export interface FallbackOptions {
  /** What fills in when the network fails for longer; taken: closed with the guard. */
  readonly fallback: Generator;
  readonly logger?: Logger;
  /** Called for each frame that the network failed on. */
  readonly onFallback?: (error: NocturneError) => void;
}

/** How long the last good look stands in, seconds of the video; the street has moved on after that. */
const HOLD_SECONDS = 1;
/** Failures in a row after which the network is tried once a pause only. */
const MAX_FAILURES_IN_ROW = 10;
/** Pause between tries of a network that keeps failing, milliseconds; also between its lines in the log. */
const PAUSE_MS = 1000;

/**
 * A generator that answers every frame: with its network's look, when that fails with the last good one, and after a
 * second with the stand-in's. Says so in the log, once a second at most. Takes the network: closes it with itself.
 */
export function withFallback(network: Generator, options: FallbackOptions): FallbackGenerator {
  return new GeneratorWithFallback(network, options);
}

class GeneratorWithFallback implements FallbackGenerator {
  readonly #network: Generator;
  readonly #options: FallbackOptions;
  readonly #lastGood = emptyLook();
  #goodPts: number | undefined;
  #failuresInRow = 0;
  #fallbacks = 0;
  #triedAtMs = -Infinity;
  #saidAtMs = -Infinity;

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

  get fallbacks(): number {
    return this.#fallbacks;
  }

  async translate(thumbnail: Thumbnail, signal?: AbortSignal): Promise<Look> {
    if (thumbnail.discontinuity) this.#goodPts = undefined;
    const now = performance.now();
    if (this.#failuresInRow >= MAX_FAILURES_IN_ROW && now - this.#triedAtMs < PAUSE_MS)
      return this.#fallback(thumbnail, signal);
    this.#triedAtMs = now;
    try {
      const look = await this.#network.translate(thumbnail, signal);
      copyLookInto(look, this.#lastGood);
      this.#goodPts = thumbnail.pts;
      this.#failuresInRow = 0;
      return look;
    } catch (error) {
      if (!(error instanceof NocturneError) || error.code !== 'MODEL_FAILED') throw error;
      this.#failuresInRow++;
      this.#report(error, now);
      return this.#fallback(thumbnail, signal);
    }
  }

  async close(): Promise<void> {
    await this.#network.close();
    await this.#options.fallback.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #fallback(thumbnail: Thumbnail, signal: AbortSignal | undefined): Promise<Look> {
    this.#fallbacks++;
    const age = this.#goodPts === undefined ? Infinity : toSeconds(micros(Math.abs(thumbnail.pts - this.#goodPts)));
    return age <= HOLD_SECONDS ? this.#lastGood : this.#options.fallback.translate(thumbnail, signal);
  }

  #report(error: NocturneError, now: number): void {
    this.#options.onFallback?.(error);
    if (now - this.#saidAtMs < PAUSE_MS) return;
    this.#saidAtMs = now;
    const logger = this.#options.logger ?? silentLogger;
    logger.warn({ code: error.code, fallbacks: this.#fallbacks + 1 }, `${error.toLine()} Another look stands in.`);
  }
}
