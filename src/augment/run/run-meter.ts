import type { ItemRow, Verdict } from '../unit/item-row.js';

/** How far a run is. */
export interface AugmentProgress {
  /** Nights that are done, those of earlier processes included, and all of this part. */
  readonly done: number;
  readonly expected: number;
  readonly failed: number;
  readonly rejected: number;
  /** Nights a second, and bytes of them, since this process started. */
  readonly rate: number;
  readonly bytesPerSecond: number;
  /** Estimated seconds left; undefined when unknown. */
  readonly secondsLeft: number | undefined;
}

const VERDICTS = ['accepted', 'rejected', 'alreadyNight', 'failed'] as const satisfies Verdict[];

/** Counts rows and their rate. */
export class RunMeter {
  readonly #expected: number;
  readonly #found: number;
  readonly #startMs = performance.now();
  readonly #counts: Record<Verdict, number> = { accepted: 0, rejected: 0, alreadyNight: 0, failed: 0 };
  #made = 0;
  #bytes = 0;

  /** @param found rows that are done already. */
  constructor(expected: number, found: number) {
    this.#expected = expected;
    this.#found = found;
  }

  /** Rows of this process. */
  get made(): number {
    return this.#made;
  }

  get progress(): AugmentProgress {
    const seconds = (performance.now() - this.#startMs) / 1000;
    const rate = seconds > 0 ? this.#made / seconds : 0;
    const done = this.#found + this.#made;
    return {
      done,
      expected: this.#expected,
      failed: this.#counts.failed,
      rejected: this.#counts.rejected,
      rate,
      bytesPerSecond: seconds > 0 ? this.#bytes / seconds : 0,
      secondsLeft: rate > 0 ? (this.#expected - done) / rate : undefined,
    };
  }

  add(row: ItemRow): void {
    this.addAll({ [row.verdict]: 1 }, row.outputBytes);
  }

  /** Adds rows that another process made, by verdict. */
  addAll(verdicts: Readonly<Partial<Record<Verdict, number>>>, bytes: number): void {
    this.#bytes += bytes;
    for (const verdict of VERDICTS) {
      const count = verdicts[verdict] ?? 0;
      this.#made += count;
      this.#counts[verdict] += count;
    }
  }
}
