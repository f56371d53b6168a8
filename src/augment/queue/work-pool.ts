import type { UnitWork } from './unit-work.js';

/** How long a process without a unit keeps its networks in memory, milliseconds. */
const IDLE_MS = 60_000;

/** The child processes of a worker: as many as it has jobs, each for the run whose unit it rendered last. */
export class WorkPool implements AsyncDisposable {
  readonly #open: (run: string) => Promise<UnitWork>;
  readonly #idle = new Map<UnitWork, NodeJS.Timeout>();
  readonly #busy = new Set<UnitWork>();
  readonly #maxIdle: number;
  #isClosed = false;

  /** @param maxIdle processes that wait at most: the jobs of the worker. */
  constructor(maxIdle: number, open: (run: string) => Promise<UnitWork>) {
    this.#maxIdle = maxIdle;
    this.#open = open;
  }

  /** Lends a process of a run to `work` until it settles: one that waits, or a new one instead of one of another run. */
  async lend<T>(run: string, work: (unitWork: UnitWork) => Promise<T>): Promise<T> {
    const unitWork = this.#takeIdle(run) ?? (await this.#open(run));
    this.#busy.add(unitWork);
    try {
      if (this.#isClosed) await unitWork[Symbol.asyncDispose](); // closed while it opened: the work rejects
      return await work(unitWork);
    } finally {
      this.#busy.delete(unitWork);
      await this.#keep(unitWork);
    }
  }

  /** Ends all processes, also those in the middle of a unit. Idempotent, never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#idle.keys()].map((unitWork) => this.#end(unitWork)));
    await Promise.all([...this.#busy].map((unitWork) => unitWork[Symbol.asyncDispose]()));
  }

  #takeIdle(run: string): UnitWork | undefined {
    const idle = [...this.#idle.keys()];
    const found = idle.find((unitWork) => unitWork.run === run);
    const other = this.#busy.size + idle.length >= this.#maxIdle ? idle[0] : undefined;
    if (found) {
      clearTimeout(this.#idle.get(found));
      this.#idle.delete(found);
    } else if (other) void this.#end(other);
    return found;
  }

  async #keep(unitWork: UnitWork): Promise<void> {
    if (this.#isClosed) await unitWork[Symbol.asyncDispose]();
    else this.#idle.set(unitWork, setTimeout(() => void this.#end(unitWork), IDLE_MS).unref());
  }

  async #end(unitWork: UnitWork): Promise<void> {
    clearTimeout(this.#idle.get(unitWork));
    this.#idle.delete(unitWork);
    await unitWork[Symbol.asyncDispose]();
  }
}
