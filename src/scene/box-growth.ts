/** Memory of the estimate in seconds: long enough for boxes that jitter by some per cent from read to read. */
const MEMORY_SECONDS = 0.8;
/** Seconds after which there is an estimate. */
const MIN_SECONDS = 0.4;

/** How fast a box grows: the slope of the logarithm of its width over time, by regression with an exponential memory. */
export class BoxGrowth {
  #weight = 0;
  #time = 0;
  #timeSquare = 0;
  #value = 0;
  #product = 0;
  #seconds = 0;

  /** Growth of the logarithm of the width in 1/s; 0 while it is not known. */
  get rate(): number {
    if (this.#seconds < MIN_SECONDS) return 0;
    const spread = this.#weight * this.#timeSquare - this.#time * this.#time;
    return spread > 1e-6 ? (this.#weight * this.#product - this.#time * this.#value) / spread : 0;
  }

  /** Adds a width. @param seconds since the last one. */
  add(width: number, seconds: number): void {
    const decay = Math.exp(-seconds / MEMORY_SECONDS);
    // Times count back from now: moving them by the seconds keeps the sums small.
    this.#product = decay * (this.#product - seconds * this.#value);
    this.#timeSquare = decay * (this.#timeSquare - 2 * seconds * this.#time + seconds * seconds * this.#weight);
    this.#time = decay * (this.#time - seconds * this.#weight);
    this.#weight = decay * this.#weight + 1;
    this.#value = decay * this.#value + Math.log(Math.max(1e-4, width));
    this.#seconds += seconds;
  }

  /** Starts again: the widths that follow are not comparable with those before. */
  reset(): void {
    this.#weight = this.#time = this.#timeSquare = this.#value = this.#product = this.#seconds = 0;
  }
}
