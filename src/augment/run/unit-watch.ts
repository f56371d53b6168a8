/** How long a unit process may be silent or idle, milliseconds. */
export interface UnitWatchLimits {
  /** Without a message: its main thread hangs. Default 60 s. */
  readonly silentMs?: number;
  /** With a unit, without a row and nearly without CPU time: it waits for what never ends. Default 5 minutes. */
  readonly idleMs?: number;
}

const SILENT_MS = 60_000;
const IDLE_MS = 300_000;
/** CPU time of a second below which a process is idle, milliseconds: its own reports cost less. */
const IDLE_CPU_MS = 20;
/** Interval of the checks, milliseconds. */
const CHECK_INTERVAL_MS = 500;

/**
 * Notices a unit process that hangs. It counts its own timer ticks, not wall-clock time: after the main process was suspended, or was
 * busy, unread messages wait.
 */
export class UnitWatch implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #silentMs = 0;
  #idleMs = 0;
  #isBusy = false;

  /** @param onHung called once. `what`: a clause about the process: `sent nothing for 60 s`. */
  constructor(onHung: (what: string) => void, { silentMs = SILENT_MS, idleMs = IDLE_MS }: UnitWatchLimits = {}) {
    this.#timer = setInterval(() => {
      this.#silentMs += CHECK_INTERVAL_MS;
      if (this.#isBusy) this.#idleMs += CHECK_INTERVAL_MS;
      if (this.#silentMs < silentMs && this.#idleMs < idleMs) return;
      this[Symbol.dispose]();
      const what = this.#silentMs >= silentMs ? 'sent nothing' : 'made nothing of its unit';
      onHung(`${what} for ${Math.round(Math.max(this.#silentMs, this.#idleMs) / 1000)} s`);
    }, CHECK_INTERVAL_MS);
    this.#timer.unref();
  }

  /** Call when the process gets a unit, and when it has finished it. */
  onBusy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    this.#idleMs = 0;
  }

  /** Call with each sign of life. @param cpuMs CPU time since the one before, milliseconds. */
  onAlive(cpuMs: number): void {
    this.#silentMs = 0;
    if (cpuMs > IDLE_CPU_MS) this.#idleMs = 0;
  }

  /** Call with each other message. */
  onProgress(): void {
    this.#silentMs = 0;
    this.#idleMs = 0;
  }

  /** Ends the watch. Idempotent. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
