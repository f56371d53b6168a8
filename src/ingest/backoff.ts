/** First pause before coming back, milliseconds. */
const FIRST_MS = 250;
/** Longest pause, milliseconds: a picture is to be back within five seconds of its sender. */
const LONGEST_MS = 2000;
/** Share of the pause that is random, so that many streams do not all call a restarted server at once. */
const JITTER = 0.25;

/** Pauses between tries to reconnect: doubling, capped, jittered. */
export class Backoff {
  #tries = 0;

  /** @param random numbers in [0, 1). */
  constructor(private readonly random: () => number = Math.random) {}

  /** Tries since the last success. */
  get tries(): number {
    return this.#tries;
  }

  /** The next pause in milliseconds. */
  nextMs(): number {
    const pause = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(this.#tries, 10));
    this.#tries++;
    return pause * (1 - JITTER * this.random());
  }

  /** Frames came: the next loss starts from the first pause. */
  succeeded(): void {
    this.#tries = 0;
  }
}
