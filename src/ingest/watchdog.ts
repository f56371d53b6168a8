/** Checks during one timeout. */
const CHECKS_PER_TIMEOUT = 8;

/**
 * Calls `onTimeout` once when a wait takes too long. It counts its own timer ticks, not wall-clock time: a busy thread runs
 * no ticks, and packets that arrived meanwhile are still unread.
 */
export class Watchdog implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #checks = 0;
  #isWaiting = false;
  #hasTimedOut = false;

  constructor(timeoutMs: number, onTimeout: () => void) {
    this.#timer = setInterval(() => {
      if (!this.#isWaiting || this.#hasTimedOut || ++this.#checks <= CHECKS_PER_TIMEOUT) return;
      this.#hasTimedOut = true;
      onTimeout();
    }, timeoutMs / CHECKS_PER_TIMEOUT);
    this.#timer.unref();
  }

  get hasTimedOut(): boolean {
    return this.#hasTimedOut;
  }

  /** Starts or restarts the timeout. */
  restart(): void {
    this.#checks = 0;
    this.#isWaiting = true;
  }

  /** Pauses the timeout until the next {@link restart}. */
  pause(): void {
    this.#isWaiting = false;
  }

  /** Idempotent. */
  stop(): void {
    clearInterval(this.#timer);
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
