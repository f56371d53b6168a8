/** Runs work at most once in an interval: a request at once if the last run is long enough ago, else at the end of the interval, once for all. */
export class Throttle {
  readonly #intervalMs: number;
  readonly #run: () => void;
  #lastMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param intervalMs minimum time between two runs, milliseconds. */
  constructor(intervalMs: number, run: () => void) {
    this.#intervalMs = intervalMs;
    this.#run = run;
  }

  request(): void {
    if (this.#timer) return;
    const waitMs = this.#lastMs + this.#intervalMs - performance.now();
    if (waitMs <= 0) this.#runNow();
    else this.#timer = setTimeout(() => this.#runNow(), waitMs).unref();
  }

  /** Drops a request that waits. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #runNow(): void {
    this.#timer = undefined;
    this.#lastMs = performance.now();
    this.#run();
  }
}
