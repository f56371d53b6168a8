/** How long a worker may be silent, or a frame may take, before its stream counts as stalled, milliseconds. */
const STALLED_AFTER_MS = 4000;
/** The same before the worker is ended and restarted, milliseconds. */
const HUNG_AFTER_MS = 12_000;
/** How long a worker may be silent before its input is open, milliseconds. */
const LOAD_TIMEOUT_MS = 60_000;
/** Interval of the checks, milliseconds. */
const CHECK_INTERVAL_MS = 250;

/** Receives the findings of a {@link WorkerWatch}. */
export interface WorkerWatchEvents {
  /** The worker is silent, or a frame hangs in it. @param what a clause about the worker: `sent nothing for 4 s`. */
  onStalled(what: string): void;
  /** A stalled worker continues. */
  onRecovered(): void;
  /** The worker is still stalled after {@link HUNG_AFTER_MS}. Last call. @param what as for `onStalled`. */
  onHung(what: string): void;
}

/**
 * Notices a worker that hangs: one that sends nothing, though a worker reports once a second, and one whose statistics show a
 * frame that no stage finishes. It counts its own timer ticks, not wall-clock time: after the main process was suspended, or was
 * busy, unread messages of the worker wait.
 */
export class WorkerWatch implements Disposable {
  readonly #events: WorkerWatchEvents;
  readonly #timer: NodeJS.Timeout;
  #silentMs = 0;
  #frameMs = 0;
  #hasOpened = false;
  #isStalled = false;
  #isOver = false;

  constructor(events: WorkerWatchEvents) {
    this.#events = events;
    this.#timer = setInterval(() => {
      this.#silentMs += CHECK_INTERVAL_MS;
      this.#check();
    }, CHECK_INTERVAL_MS);
    this.#timer.unref();
  }

  /** Call once the worker's input is open. */
  onOpened(): void {
    this.#hasOpened = true;
  }

  /** Call with each message of the worker. @param frameMs as in `WorkerStats`; undefined when the message has none. */
  onMessage(frameMs?: number): void {
    this.#silentMs = 0;
    if (frameMs !== undefined) this.#frameMs = frameMs;
    this.#check();
  }

  /** Ends the watch. Idempotent. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }

  #check(): void {
    if (this.#isOver) return;
    const silentMs = this.#hasOpened ? this.#silentMs : this.#silentMs - (LOAD_TIMEOUT_MS - HUNG_AFTER_MS);
    const stalledMs = Math.max(silentMs, this.#frameMs);
    const what =
      silentMs >= this.#frameMs
        ? `sent nothing for ${seconds(this.#silentMs)}`
        : `has worked on one frame for ${seconds(this.#frameMs)}`;
    if (stalledMs >= HUNG_AFTER_MS) {
      this[Symbol.dispose]();
      this.#events.onHung(what);
    } else if (stalledMs >= STALLED_AFTER_MS !== this.#isStalled) {
      this.#isStalled = !this.#isStalled;
      if (this.#isStalled) this.#events.onStalled(what);
      else this.#events.onRecovered();
    }
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
