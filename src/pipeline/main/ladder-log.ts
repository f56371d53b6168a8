import type { Logger } from '../../core/logger.js';

/** Logs that another generator makes a stream's night, and that its own does again: one line at each change. */
export class LadderLog {
  readonly #stream: string;
  readonly #logger: Logger;
  #degraded = '';

  constructor(stream: string, logger: Logger) {
    this.#stream = stream;
    this.#logger = logger;
  }

  /** Call with each statistics of the worker. Returns true at a change. @param degraded as in `StreamStats`. */
  update(degraded: string): boolean {
    if (degraded === this.#degraded) return false;
    this.#degraded = degraded;
    if (degraded === '') this.#logger.info({ stream: this.#stream }, 'The stream has its own night again.');
    else this.#logger.warn({ stream: this.#stream }, degraded);
    return true;
  }
}
