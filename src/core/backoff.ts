/** Bounds of a {@link Backoff}. */
export interface BackoffOptions {
  /** First pause, milliseconds; each further one doubles. */
  readonly firstMs: number;
  /** Longest pause, milliseconds. */
  readonly maxMs: number;
  /** Share of each pause that is random, 0 to 1, so that many clients do not retry at once; default 0. */
  readonly jitter?: number;
  /** Numbers in [0, 1); default `Math.random`. */
  readonly random?: () => number;
}

/** Pauses between retries: capped exponential backoff with jitter. */
export class Backoff {
  readonly #options: BackoffOptions;
  #attempts = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Pauses given since the last {@link reset}. */
  get attempts(): number {
    return this.#attempts;
  }

  /** The next pause, milliseconds. */
  nextMs(): number {
    const { firstMs, maxMs, jitter = 0, random = Math.random } = this.#options;
    const pauseMs = Math.min(maxMs, firstMs * 2 ** this.#attempts++);
    return pauseMs * (1 - jitter * random());
  }

  /** A retry succeeded: the next pause is the first again. */
  reset(): void {
    this.#attempts = 0;
  }
}
