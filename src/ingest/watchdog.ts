/** Looks taken during one timeout. */
const LOOKS = 8;

/**
 * Calls out once when a wait takes too long. It counts looks, not the clock: a thread that was busy for long has not
 * looked, and the packets that came meanwhile still wait to be taken.
 */
export class Watchdog implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #quietLooks = 0;
  #waiting = false;
  #barked = false;

  constructor(timeoutMs: number, onSilence: () => void) {
    this.#timer = setInterval(() => {
      if (!this.#waiting || this.#barked || ++this.#quietLooks <= LOOKS) return;
      this.#barked = true;
      onSilence();
    }, timeoutMs / LOOKS);
    this.#timer.unref();
  }

  /** True when it has called out. */
  get timedOut(): boolean {
    return this.#barked;
  }

  /** Watches a wait that begins or was just rewarded. */
  watch(): void {
    this.#quietLooks = 0;
    this.#waiting = true;
  }

  /** Nothing is waited for now. */
  rest(): void {
    this.#waiting = false;
  }

  /** Idempotent. */
  stop(): void {
    clearInterval(this.#timer);
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
