/** Counts events that anyone can cause, of which the log has one line in an interval at most. */
export class LineLimit {
  readonly #intervalMs: number;
  /** Events since the last line. */
  #count = 0;
  #lastMs = -Infinity;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Counts an event. Returns the number since the last line when a line is due now, else undefined. */
  add(): number | undefined {
    this.#count++;
    const nowMs = performance.now();
    if (nowMs - this.#lastMs < this.#intervalMs) return undefined;
    const count = this.#count;
    this.#count = 0;
    this.#lastMs = nowMs;
    return count;
  }
}
