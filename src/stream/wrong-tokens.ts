import type { Logger } from '../core/logger.js';
import { AddressLimiter, networkOf } from './address-limiter.js';
import { Throttle } from './throttle.js';

/** Wrong tokens of an address that are answered at once: a person who mistypes. */
const PROMPT_RATE = { perSecond: 0.2, burst: 5 };
/** Time that the answer to any further one is held back, milliseconds. */
const HOLD_MS = 1000;
/** Maximum number of answers held back at a time, in all and of one address; more are not given at all. */
const MAX_HELD = 64;
const MAX_HELD_OF_ONE = 8;
/** Minimum time between two log lines, milliseconds. */
const LOG_INTERVAL_MS = 1000;

/**
 * Slows down whoever guesses tokens, by address, and logs it. It never refuses a right token: behind a proxy, a viewer shares its address
 * with others.
 */
export class WrongTokens {
  readonly #limiter = new AddressLimiter(PROMPT_RATE);
  readonly #logger: Logger;
  /** Wrong tokens since the last log line, by address; bounded by the connections of a second. */
  readonly #counts = new Map<string, number>();
  readonly #log = new Throttle(LOG_INTERVAL_MS, () => this.#logCounts());
  /** Answers held back, by address. */
  readonly #held = new Map<string, number>();
  #heldCount = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Counts a wrong token. Resolves when it may be answered: true, or false to close the connection without an answer. */
  async add(address: string | undefined): Promise<boolean> {
    const network = networkOf(address);
    this.#counts.set(network, (this.#counts.get(network) ?? 0) + 1);
    this.#log.request();
    if (this.#limiter.tryAcquire(address)) return true;
    const held = this.#held.get(network) ?? 0;
    if (held >= MAX_HELD_OF_ONE || this.#heldCount >= MAX_HELD) return false;
    this.#held.set(network, held + 1);
    this.#heldCount++;
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS).unref());
    this.#heldCount--;
    const left = (this.#held.get(network) ?? 1) - 1;
    if (left > 0) this.#held.set(network, left);
    else this.#held.delete(network);
    return true;
  }

  /** Logs the address with the most wrong tokens, and the number of all. */
  #logCounts(): void {
    const [[address, count] = ['', 0]] = [...this.#counts].sort(([, a], [, b]) => b - a);
    const all = [...this.#counts.values()].reduce((sum, each) => sum + each, 0);
    const others = this.#counts.size > 1 ? { addresses: this.#counts.size, wrongTokens: all } : {};
    this.#logger.warn({ address, count, ...others }, 'Rejected requests with a wrong or missing token.');
    this.#counts.clear();
  }
}
