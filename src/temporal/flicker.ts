/** Mean luma below which a frame is black and counts for no flicker. */
const BLACK = 1e-3;

/**
 * Measures how much the brightness of a night jumps from frame to frame beyond what the day itself does: the root mean
 * square of the relative change of the night's mean luma minus the day's. 0.01 is 1 % a frame, about where people see it.
 */
export class Flicker {
  #lastDay: number | undefined;
  #lastNight = 0;
  #nightSquares = 0;
  #daySquares = 0;
  #count = 0;

  /** Adds the mean lumas of a day frame and of its night, 0 to 1. */
  add(day: number, night: number): void {
    if (this.#lastDay !== undefined && Math.min(day, night, this.#lastDay, this.#lastNight) > BLACK) {
      const dayChange = Math.log(day / this.#lastDay);
      const nightChange = Math.log(night / this.#lastNight);
      this.#nightSquares += (nightChange - dayChange) ** 2;
      this.#daySquares += dayChange * dayChange;
      this.#count++;
    }
    this.#lastDay = day;
    this.#lastNight = night;
  }

  /** Starts a new sequence, after a cut: the next frame is not compared with the last one. */
  reset(): void {
    this.#lastDay = undefined;
  }

  /** Flicker of the night without the day's own changes; NaN before two frames. */
  get night(): number {
    return Math.sqrt(this.#nightSquares / this.#count);
  }

  /** Flicker of the day itself; NaN before two frames. */
  get day(): number {
    return Math.sqrt(this.#daySquares / this.#count);
  }
}
