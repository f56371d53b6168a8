/** A seeded random number generator (mulberry32): the same seed gives the same sequence on every machine. */
export class Random {
  #state: number;

  /** @param seed any number; only its 32-bit integer part is used. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Position in the sequence, a 32-bit integer: `restore(state)` on any instance continues with the same numbers. */
  get state(): number {
    return this.#state;
  }

  /** Continues a sequence from its {@link state}. */
  restore(state: number): void {
    this.#state = state | 0;
  }

  /** Returns the next number in [0, 1), 32 random bits. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** Returns the next number in [from, to). */
  between(from: number, to: number): number {
    return from + (to - from) * this.next();
  }

  /** Returns the next integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** Returns one of the items, all equally likely. Throws RangeError when there are none. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('items must not be empty, got []');
    return item;
  }

  /** Returns the next normally distributed number, mean 0, standard deviation 1 (Box and Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}
