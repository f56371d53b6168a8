/** Options of a {@link Backoff}. */
export interface BackoffOptions {
  /** First pause, milliseconds; each later one is twice as long. */
  readonly firstMs: number;
  /** Longest pause, milliseconds. */
  readonly maxMs: number;
  /** Share of each pause that is random, 0 to 1, so that many clients do not retry at the same moment; default 0. */
  readonly jitter?: number;
  /** Returns numbers in [0, 1); default `Math.random`. */
  readonly random?: () => number;
}

/** Capped exponential backoff with jitter: the pauses between retries. */
export class Backoff {
  readonly #options: BackoffOptions;
  #attempts = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Pauses returned since the last {@link reset}. */
  get attempts(): number {
    return this.#attempts;
  }

  /** The next pause, milliseconds. */
  nextMs(): number {
    const { firstMs, maxMs, jitter = 0, random = Math.random } = this.#options;
    const pauseMs = Math.min(maxMs, firstMs * 2 ** this.#attempts++);
    return pauseMs * (1 - jitter * random());
  }

  /** Call when a retry succeeded: the next pause is `firstMs` again. */
  reset(): void {
    this.#attempts = 0;
  }
}
