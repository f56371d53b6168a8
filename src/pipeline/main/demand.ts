/** What a {@link Demand} does. */
export interface DemandOptions {
  /** How long nobody watches before the stream sleeps, milliseconds. */
  readonly idleMs: number;
  readonly wake: () => void;
  readonly sleep: () => void;
}

/** Wakes a stream when somebody watches, and lets it sleep when nobody has for a while. */
export class Demand implements Disposable {
  readonly #options: DemandOptions;
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor(options: DemandOptions) {
    this.#options = options;
  }

  /** Call at each change of the number of watchers. Does nothing once it is disposed of. */
  update(watchers: number): void {
    clearTimeout(this.#timer);
    if (this.#isDisposed) return;
    if (watchers > 0) this.#options.wake();
    else this.#timer = setTimeout(this.#options.sleep, this.#options.idleMs).unref();
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }
}
