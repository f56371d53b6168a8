import { Backoff } from '../src/core/backoff.js';
import { CLOSE_CODES } from '../src/stream/protocol.js';

/** Half of each delay is random, which spreads the viewers of a restarted server. */
const JITTER = 0.5;
/** Delays after a lost connection, milliseconds: viewers find a restarted server within the longest. */
const LOST_DELAYS = { firstMs: 250, maxMs: 2000 } as const;
/** Delays where a quick retry rarely helps (too many viewers, no such stream, ended), milliseconds. */
const SLOW_DELAYS = { firstMs: 10_000, maxMs: 10_000 } as const;
/** After a connection of at least this duration, milliseconds, the delays restart from the first. */
const STABLE_CONNECTION_MS = 5000;

/** Why a connection closed, as far as it matters to a viewer. */
export type CloseReason =
  | 'lost'
  /** The server is shutting down. */
  | 'shutdown'
  | 'ended'
  | 'no-such-stream'
  | 'too-many-viewers'
  /** These two end the retries: the user must act. */
  | 'unauthorized'
  | 'forbidden';

/** The reason of a close code of the protocol; an unknown code is a lost connection. */
export function closeReason(code: number): CloseReason {
  switch (code) {
    case CLOSE_CODES.SHUTDOWN:
      return 'shutdown';
    case CLOSE_CODES.ENDED:
      return 'ended';
    case CLOSE_CODES.NO_SUCH_STREAM:
      return 'no-such-stream';
    case CLOSE_CODES.TOO_MANY_VIEWERS:
      return 'too-many-viewers';
    case CLOSE_CODES.UNAUTHORIZED:
      return 'unauthorized';
    case CLOSE_CODES.FORBIDDEN_ORIGIN:
      return 'forbidden';
    default:
      return 'lost';
  }
}

/** Delays between connection attempts: capped exponential backoff with jitter, without an end. */
export class RetryPolicy {
  readonly #lost: Backoff;
  readonly #slow: Backoff;

  /** @param random numbers in [0, 1). */
  constructor(random: () => number = Math.random) {
    this.#lost = new Backoff({ ...LOST_DELAYS, jitter: JITTER, random });
    this.#slow = new Backoff({ ...SLOW_DELAYS, jitter: JITTER, random });
  }

  /** Failures since the last stable connection. */
  get attempt(): number {
    return this.#lost.attempts;
  }

  /**
   * Milliseconds until the next attempt; undefined when a retry is useless.
   * @param openForMs duration of the connection; 0 when it never opened.
   */
  nextDelayMs(reason: CloseReason, openForMs: number): number | undefined {
    if (openForMs >= STABLE_CONNECTION_MS) this.reset();
    const delayMs = this.#lost.nextMs(); // counts every failure, whatever its reason
    if (reason === 'unauthorized' || reason === 'forbidden') return undefined;
    return reason === 'lost' || reason === 'shutdown' ? delayMs : this.#slow.nextMs();
  }

  /** Restarts from the first delay, for another URL or when the user retries. */
  reset(): void {
    this.#lost.reset();
  }
}
