import type { Logger } from '../../core/logger.js';

/** Minimum time between two lines, milliseconds. */
const LINE_INTERVAL_MS = 60_000;

/** Logs that a stream cannot keep its pace, and that it keeps it again: one line a minute at most. */
export class OverloadLog {
  readonly #stream: string;
  readonly #logger: Logger;
  /** Whether the last line reported an overload. */
  #isReported = false;
  #lastLineMs = -Infinity;

  constructor(stream: string, logger: Logger) {
    this.#stream = stream;
    this.#logger = logger;
  }

  /** Call with each statistics of the worker. @param overload as in `StreamStats`. */
  update(overload: string, nowMs = performance.now()): void {
    const isOverloaded = overload !== '';
    if (!isOverloaded && !this.#isReported) return;
    if (nowMs - this.#lastLineMs < LINE_INTERVAL_MS) return;
    this.#lastLineMs = nowMs;
    this.#isReported = isOverloaded;
    if (isOverloaded) this.#logger.warn({ stream: this.#stream }, overload);
    else this.#logger.info({ stream: this.#stream }, 'The stream keeps its pace again.');
  }
}
