import type { Logger } from '../core/logger.js';
import { Throttle } from './throttle.js';

/** Minimum time between two lines of a kind, milliseconds: viewers that come and go must not fill the log. */
const LOG_INTERVAL_MS = 1000;

/** Options of a {@link ViewerLog}. */
export interface ViewerLogOptions {
  readonly stream: string;
  readonly logger: Logger;
  /** Number of viewers now. */
  readonly viewers: () => number;
}

/** Logs the viewers of a stream that join, leave and lose packets: one line a second of each kind, which sums up the rest. */
export class ViewerLog {
  readonly #options: ViewerLogOptions;
  readonly #changes = new Throttle(LOG_INTERVAL_MS, () => this.#logChanges());
  readonly #drops = new Throttle(LOG_INTERVAL_MS, () => this.#logDrops());
  #joined = 0;
  #left = 0;
  /** Packets dropped for the viewers that left since the last line. */
  #leftDrops = 0;
  #dropped = 0;
  #loggedDrops = 0;

  constructor(options: ViewerLogOptions) {
    this.#options = options;
  }

  join(): void {
    this.#joined++;
    this.#changes.request();
  }

  /** @param drops packets dropped for this viewer while it was connected. */
  leave(drops: number): void {
    this.#left++;
    this.#leftDrops += drops;
    this.#changes.request();
  }

  /** @param total packets dropped for all viewers since the start. */
  drop(total: number): void {
    this.#dropped = total;
    if (total > this.#loggedDrops) this.#drops.request();
  }

  #logChanges(): void {
    const { stream, logger, viewers } = this.#options;
    const [joined, left, drops] = [this.#joined, this.#left, this.#leftDrops];
    [this.#joined, this.#left, this.#leftDrops] = [0, 0, 0];
    const fields = { stream, viewers: viewers() };
    if (joined + left > 1) logger.info({ ...fields, joined, left, drops }, 'Viewers joined and left.');
    else if (joined > 0) logger.info(fields, 'A viewer joined.');
    else logger.info({ ...fields, drops }, 'A viewer left.');
  }

  #logDrops(): void {
    const { stream, logger } = this.#options;
    logger.warn({ stream, packets: this.#dropped - this.#loggedDrops }, 'Dropped packets for slow viewers.');
    this.#loggedDrops = this.#dropped;
  }
}
