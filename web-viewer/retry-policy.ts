import { CLOSE_CODES } from '../src/stream/protocol.js';

/** Pause after the first failure, milliseconds; doubles with each further one. */
const FIRST_PAUSE_MS = 250;
/** Longest pause between two tries after a lost connection, milliseconds: a server that is back is found within this. */
const LONGEST_PAUSE_MS = 2000;
/** Pause when another try will hardly help at once (no free place, no such stream, ended), milliseconds. */
const SLOW_PAUSE_MS = 10_000;
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
  readonly #random: () => number;
  #attempt = 0;

  /** @param random gives numbers in [0, 1); spreads the viewers of a server that comes back. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Failures since the last good connection. */
  get attempt(): number {
    return this.#attempt;
  }

  /**
   * Milliseconds until the next try, or undefined when trying again is useless.
   * @param openForMs how long the connection was open; 0 when it never opened.
   */
  next(reason: CloseReason, openForMs: number): number | undefined {
    if (openForMs >= GOOD_CONNECTION_MS) this.#attempt = 0;
    const attempt = this.#attempt++;
    if (reason === 'unauthorized' || reason === 'forbidden') return undefined;
    const isPassing = reason === 'lost' || reason === 'shutdown';
    const full = isPassing ? Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) : SLOW_PAUSE_MS;
    return full * (0.5 + 0.5 * this.#random());
  }

  /** Starts from the first pause again: another address, or a person's wish. */
  reset(): void {
    this.#attempt = 0;
  }
}
