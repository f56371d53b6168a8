import type { Random } from '../core/random.js';

/** Options of {@link searchVector}. */
export interface VectorSearchOptions {
  readonly start: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  /** First step of each number. */
  readonly steps: readonly number[];
  /** Measurements, the start's included. */
  readonly maxMeasurements: number;
  readonly random: Random;
  /** The value to make small. */
  readonly measure: (vector: readonly number[]) => Promise<number>;
  /** Whether to stop before the next measurement. */
  readonly isStopped: () => boolean;
}

/** The best vector of a search. */
export interface FoundVector {
  readonly vector: readonly number[];
  readonly value: number;
  /** Measurements made. */
  readonly measurements: number;
}

/** How a step grows when it helps, and shrinks when neither direction does. */
const GROWTH = 1.6;
/** A step that makes the value smaller by this share is made again, larger. */
const LARGE_GAIN = 0.01;
const SHRINKAGE = 0.45;
/** Steps end between these shares of the first one. */
const MIN_STEP = 0.05;
const MAX_STEP = 6;
/** Sweeps for which a number rests, at most, that did not help in as many. */
const MAX_REST = 3;

/**
 * Searches by pattern (Hooke and Jeeves 1961): sweeps over the numbers, first in their order, then in random ones; a step up or down
 * each, keeps what helps, and repeats what the whole sweep did for as long as that helps. Each number has its own step. Numbers that
 * do not help rest. The same options give the same result.
 */
export async function searchVector(options: VectorSearchOptions): Promise<FoundVector> {
  const search = new PatternSearch(options);
  await search.run();
  return search.best;
}

class PatternSearch {
  readonly #options: VectorSearchOptions;
  readonly #steps: number[];
  /** The direction that helped last. */
  readonly #signs: (1 | -1)[];
  /** Sweeps in which a number did not help, one after another, and sweeps for which it still rests. */
  readonly #failures: number[];
  readonly #rests: number[];
  #sweeps = 0;
  #best: readonly number[];
  #value = Infinity;
  #measurements = 0;

  constructor(options: VectorSearchOptions) {
    this.#options = options;
    this.#best = options.start;
    this.#steps = [...options.steps];
    this.#signs = options.start.map(() => (options.random.next() < 0.5 ? 1 : -1));
    this.#failures = options.start.map(() => 0);
    this.#rests = options.start.map(() => 0);
  }

  get best(): FoundVector {
    return { vector: this.#best, value: this.#value, measurements: this.#measurements };
  }

  async run(): Promise<void> {
    await this.#try(this.#best);
    // All numbers rest for a few sweeps at most; more without a measurement: none can move.
    for (let idle = 0; idle <= MAX_REST && !this.#isOver(); idle++) {
      const [before, measured] = [this.#best, this.#measurements];
      await this.#sweep();
      if (this.#measurements > measured) idle = 0;
      while (this.#best !== before && !this.#isOver()) {
        const from = this.#best;
        if (!(await this.#try(from.map((value, i) => 2 * value - (before[i] ?? value))))) break;
      }
    }
  }

  async #sweep(): Promise<void> {
    for (const index of this.#order()) {
      if (this.#isOver()) return;
      const rest = this.#rests[index] ?? 0;
      if (rest > 0) this.#rests[index] = rest - 1;
      else await this.#tryNumber(index);
    }
  }

  /** Tries a step of one number, in the direction that helped last, then in the other. */
  async #tryNumber(index: number): Promise<void> {
    const sign = this.#signs[index] ?? 1;
    for (const direction of [sign, -sign] as const) {
      if (this.#isOver()) return;
      if (!(await this.#advance(index, direction))) continue;
      this.#signs[index] = direction as 1 | -1; // a sign times -1
      this.#failures[index] = 0;
      return;
    }
    this.#scaleStep(index, SHRINKAGE);
    const failures = (this.#failures[index] ?? 0) + 1;
    this.#failures[index] = failures;
    this.#rests[index] = Math.min(MAX_REST, failures);
  }

  /** Steps in one direction, again while that helps much, each time farther. Returns whether the first step helped. */
  async #advance(index: number, direction: number): Promise<boolean> {
    for (let count = 0; !this.#isOver(); count++) {
      const before = this.#value;
      const to = (this.#best[index] ?? 0) + direction * (this.#steps[index] ?? 0);
      if (!(await this.#try(this.#best.with(index, to)))) return count > 0;
      this.#scaleStep(index, GROWTH);
      if (before - this.#value < LARGE_GAIN * before) return true;
    }
    return true;
  }

  #scaleStep(index: number, by: number): void {
    const first = this.#options.steps[index] ?? 1;
    const step = by * (this.#steps[index] ?? first);
    this.#steps[index] = Math.min(MAX_STEP * first, Math.max(MIN_STEP * first, step));
  }

  /** Measures a vector, inside the bounds; keeps it and returns true if it is the best. */
  async #try(vector: readonly number[]): Promise<boolean> {
    const { min, max, measure } = this.#options;
    const inside = vector.map((value, i) => Math.min(max[i] ?? value, Math.max(min[i] ?? value, value)));
    if (this.#measurements > 0 && inside.every((value, i) => value === this.#best[i])) return false;
    this.#measurements++;
    const value = await measure(inside);
    if (!(value < this.#value)) return false;
    this.#best = inside;
    this.#value = value;
    return true;
  }

  #isOver(): boolean {
    return this.#measurements >= this.#options.maxMeasurements || this.#options.isStopped();
  }

  /** All indices: the first time in order, then in random order. */
  #order(): number[] {
    const order = [...this.#best.keys()];
    if (this.#sweeps++ === 0) return order;
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.#options.random.below(i + 1);
      [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
    }
    return order;
  }
}
