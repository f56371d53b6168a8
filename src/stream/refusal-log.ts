import type { Logger } from '../core/logger.js';
import { remedyOf, type Refusal } from './access-policy.js';
import { LineLimit } from './line-limit.js';

/** Minimum time between two log lines, milliseconds. */
const LOG_INTERVAL_MS = 60_000;

/** Logs requests refused for their host or origin, at most one line a minute: anyone can send them. */
export class RefusalLog {
  readonly #logger: Logger;
  readonly #lines = new LineLimit(LOG_INTERVAL_MS);

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(refusal: Refusal): void {
    const refusals = this.#lines.add();
    if (refusals === undefined) return;
    this.#logger.warn({ refusals }, `Refused a request, ${refusal.reason}: ${remedyOf(refusal)}.`);
  }
}
