import type { RenderProgress } from '../worker-messages.js';

/** Shortest time between two progress messages, milliseconds. */
const MIN_INTERVAL_MS = 200;

/** Counts rendered frames and computes the progress of a render. */
export class RenderProgressMeter {
  readonly #startedMs = performance.now();
  #expected: number;
  #frames = 0;
  #reportedMs = 0;

  /** @param expected frames expected; 0 when unknown. */
  constructor(expected: number) {
    this.#expected = expected;
  }

  /** Frames rendered so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Seconds since the start. */
  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  /** The progress at this moment. */
  get progress(): RenderProgress {
    const frameRate = this.#frames / Math.max(1e-3, this.seconds);
    const left = this.#expected - this.#frames;
    return {
      frames: this.#frames,
      expected: this.#expected,
      frameRate,
      secondsLeft: this.#expected > 0 && this.#frames > 0 ? Math.max(0, left / frameRate) : undefined,
    };
  }

  /** Counts one frame. Returns the progress when a report is due. */
  addFrame(): RenderProgress | undefined {
    this.#frames++;
    if (performance.now() - this.#reportedMs < MIN_INTERVAL_MS) return undefined;
    this.#reportedMs = performance.now();
    return this.progress;
  }

  /** Removes one frame from those expected: it was skipped. */
  skipFrame(): void {
    this.#expected--;
  }
}
