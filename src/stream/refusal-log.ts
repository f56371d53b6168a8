import type { Logger } from '../core/logger.js';
import { remedyOf, type Refusal } from './access-policy.js';

/** Minimum time between two log lines, milliseconds. */
const LOG_INTERVAL_MS = 60_000;

/** Logs requests refused for their host or origin, at most one line a minute: anyone can send them. */
export class RefusalLog {
  readonly #logger: Logger;
  /** Refusals since the last line. */
  #refusals = 0;
  #lastLogMs = -Infinity;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(refusal: Refusal): void {
    this.#refusals++;
    const nowMs = performance.now();
    if (nowMs - this.#lastLogMs < LOG_INTERVAL_MS) return;
    const fields = { refusals: this.#refusals };
    this.#logger.warn(fields, `Refused a request, ${refusal.reason}: ${remedyOf(refusal)}.`);
    this.#refusals = 0;
    this.#lastLogMs = nowMs;
  }
}
