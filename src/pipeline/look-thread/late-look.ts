import { setTimeout as sleep } from 'node:timers/promises';
import type { Micros } from '../../core/time.js';
import type { Thumbnail } from '../../image/thumbnail.js';
import type { Generator } from '../../infer/generator.js';
import type { Look } from '../../look/look.js';

/** A look in the making, for a frame that passes meanwhile. */
export class LateLook {
  /** Of the frame. */
  readonly pts: Micros;
  /** Resolves when the generator has finished, whatever the outcome. */
  readonly settled: Promise<void>;
  readonly #startedMs = performance.now();
  #look: Look | undefined;
  #error: unknown;
  #tookMs: number | undefined;

  /** Copies the thumbnail and starts the generator on it. */
  constructor(generator: Generator, { data, detail, pts, discontinuity }: Thumbnail) {
    this.pts = pts;
    const day = { data: data.slice(), pts, discontinuity, ...(detail ? { detail: detail.slice() } : {}) };
    this.settled = generator.translate(day).then(
      (look) => this.#settle(look, undefined),
      (error: unknown) => this.#settle(undefined, error),
    );
  }

  get isSettled(): boolean {
    return this.#tookMs !== undefined;
  }

  /** Milliseconds that the look took; those so far while it is in the making. */
  get tookMs(): number {
    return this.#tookMs ?? performance.now() - this.#startedMs;
  }

  /** Waits for the look, but no longer than this. */
  async settledWithin(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return;
    const timer = new AbortController();
    const timeout = sleep(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([this.settled, timeout]);
    timer.abort();
  }

  /** The look, lent by the generator until it makes the next one. Throws as the generator did. Call once settled. */
  take(): Look {
    if (this.#look) return this.#look;
    throw this.#error;
  }

  #settle(look: Look | undefined, error: unknown): void {
    this.#look = look;
    this.#error = error;
    this.#tookMs = performance.now() - this.#startedMs;
  }
}
