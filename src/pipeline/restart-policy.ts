/** Shortest pause before a worker is started again, milliseconds. */
const FIRST_PAUSE_MS = 250;
/** Longest pause, milliseconds. */
const LONGEST_PAUSE_MS = 15_000;
/** A worker that lived so long starts with the shortest pause again, milliseconds. */
const HEALTHY_AFTER_MS = 30_000;

/** Growing pauses between restarts of a worker that keeps dying. */
export class RestartPolicy {
  #failures = 0;

  /** Milliseconds to wait before the next start. @param livedMs how long the worker that died had lived. */
  nextPauseMs(livedMs: number): number {
    if (livedMs > HEALTHY_AFTER_MS) this.#failures = 0;
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
  }
}
