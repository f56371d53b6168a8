/** Percentiles of the last `capacity` samples, in constant memory. */
export class Percentiles {
  readonly #samples: Float64Array;
  #count = 0;

  /** @param capacity samples kept; the oldest are replaced first. */
  constructor(capacity = 512) {
    this.#samples = new Float64Array(capacity);
  }

  /** Samples added in total. */
  get count(): number {
    return this.#count;
  }

  add(sample: number): void {
    this.#samples[this.#count++ % this.#samples.length] = sample;
  }

  /** Returns the value below which the share `p` (0 to 1) of the kept samples lies; NaN without samples. */
  quantile(p: number): number {
    const n = Math.min(this.#count, this.#samples.length);
    if (n === 0) return Number.NaN;
    const sorted = this.#samples.slice(0, n).sort();
    return sorted[Math.min(n - 1, Math.floor(p * n))] ?? Number.NaN;
  }
}

/** Events per second over a sliding window, in constant memory. */
export class RateMeter {
  readonly #times: Float64Array;
  #count = 0;

  /** @param windowMs length of the window. @param capacity maximum number of events counted in one window. */
  constructor(
    private readonly windowMs = 2000,
    capacity = 512,
  ) {
    this.#times = new Float64Array(capacity);
  }

  /** Events marked in total. */
  get count(): number {
    return this.#count;
  }

  mark(nowMs = performance.now()): void {
    this.#times[this.#count++ % this.#times.length] = nowMs;
  }

  /** Returns events per second over the window that ends at `nowMs`. */
  perSecond(nowMs = performance.now()): number {
    const n = Math.min(this.#count, this.#times.length);
    let inside = 0;
    let oldest = nowMs;
    for (let i = 0; i < n; i++) {
      const time = this.#times[i] ?? 0;
      if (time > nowMs - this.windowMs) {
        inside++;
        oldest = Math.min(oldest, time);
      }
    }
    return inside < 2 ? 0 : ((inside - 1) * 1000) / Math.max(1, nowMs - oldest);
  }
}
