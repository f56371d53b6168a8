/** Mean luma below which a picture is black and has no flicker. */
const BLACK = 1e-3;

/**
 * How much the brightness of a night jumps from picture to picture, beyond what the day itself does: the root mean square
 * of the relative change of the night's mean luma minus the day's. 0.01 is one per cent a frame, about where people see it.
 */
export class Flicker {
  #lastDay: number | undefined;
  #lastNight = 0;
  #own = 0;
  #days = 0;
  #count = 0;

  /** The mean luma of a picture of the day and of its night, 0 to 1. */
  add(day: number, night: number): void {
    if (this.#lastDay !== undefined && Math.min(day, night, this.#lastDay, this.#lastNight) > BLACK) {
      const ofDay = Math.log(day / this.#lastDay);
      const ofNight = Math.log(night / this.#lastNight);
      this.#own += (ofNight - ofDay) ** 2;
      this.#days += ofDay * ofDay;
      this.#count++;
    }
    this.#lastDay = day;
    this.#lastNight = night;
  }

  /** The next picture has none before it: after a cut. */
  reset(): void {
    this.#lastDay = undefined;
  }

  /** Of the night, the day's removed; NaN before two pictures. */
  get ofNight(): number {
    return Math.sqrt(this.#own / this.#count);
  }

  /** Of the day itself. */
  get ofDay(): number {
    return Math.sqrt(this.#days / this.#count);
  }
}
