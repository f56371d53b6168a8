import { Backoff } from '../src/core/backoff.js';
import { CLOSE_CODES } from '../src/stream/protocol.js';

/** Half of each pause is random: it spreads the viewers of a server that comes back. */
const JITTER = 0.5;
/** Pauses after a lost connection, milliseconds: a server that is back is found within the longest. */
const LOST = { firstMs: 250, maxMs: 2000 } as const;
/** Pauses when a retry hardly helps at once (no free place, no such stream, ended), milliseconds. */
const SLOW = { firstMs: 10_000, maxMs: 10_000 } as const;
/** A connection that lived this long, in milliseconds, was a good one: the pauses start again from the first. */
const GOOD_CONNECTION_MS = 5000;

/** Why a connection ended, as far as a viewer acts on it. */
export type CloseReason =
  | 'lost'
  /** The server said that it stops. */
  | 'shutdown'
  | 'ended'
  | 'no-such-stream'
  | 'too-many-viewers'
  /** These two end the tries: a person must act. */
  | 'unauthorized'
  | 'forbidden';

/** What a close code of the protocol means to a viewer; every unknown one is a lost connection. */
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

/** How long to wait before the next connection: capped exponential backoff with jitter, for ever. */
export class RetryPolicy {
  readonly #lost: Backoff;
  readonly #slow: Backoff;

  /** @param random numbers in [0, 1). */
  constructor(random: () => number = Math.random) {
    this.#lost = new Backoff({ ...LOST, jitter: JITTER, random });
    this.#slow = new Backoff({ ...SLOW, jitter: JITTER, random });
  }

  /** Failures since the last good connection. */
  get attempt(): number {
    return this.#lost.attempts;
  }

  /**
   * Milliseconds until the next try, or undefined when trying again is useless.
   * @param openForMs how long the connection was open; 0 when it never opened.
   */
  next(reason: CloseReason, openForMs: number): number | undefined {
    if (openForMs >= GOOD_CONNECTION_MS) this.reset();
    const pauseMs = this.#lost.nextMs(); // counts every failure, whatever its reason
    if (reason === 'unauthorized' || reason === 'forbidden') return undefined;
    return reason === 'lost' || reason === 'shutdown' ? pauseMs : this.#slow.nextMs();
  }

  /** Starts from the first pause again: another address, or a person's wish. */
  reset(): void {
    this.#lost.reset();
  }
}
