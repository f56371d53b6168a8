/** A seeded source of numbers: the same seed gives the same sequence on every machine. */
export class Random {
  #state: number;

  /** @param seed any number; its 32-bit integer part counts. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Where the sequence is: `restore(state)`, here or elsewhere, goes on with the same numbers. A 32-bit integer. */
  get state(): number {
    return this.#state;
  }

  /** Goes on where another sequence was when it had this `state`. */
  restore(state: number): void {
    this.#state = state | 0;
  }

  /** The next number in [0, 1), 32 random bits (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** The next number in [from, to). */
  between(from: number, to: number): number {
    return from + (to - from) * this.next();
  }

  /** The next integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** One of the items, each as likely. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('items must not be empty, got []');
    return item;
  }

  /** The next normally distributed number, mean 0, standard deviation 1 (Box and Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}
