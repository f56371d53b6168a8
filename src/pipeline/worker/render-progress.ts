import type { RenderProgress } from '../worker-messages.js';

/** Least time between two progress messages, milliseconds. */
const PROGRESS_INTERVAL_MS = 200;

/** Counts rendered frames and says now and then how far the work is. */
export class RenderProgressMeter {
  readonly #startedMs = performance.now();
  #expected: number;
  #frames = 0;
  #toldMs = 0;

  /** @param expected frames expected; 0 when unknown. */
  constructor(expected: number) {
    this.#expected = expected;
  }

  get frames(): number {
    return this.#frames;
  }

  /** Seconds since the start. */
  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  /** Counts one frame; the progress when it is time to tell it again. */
  frame(): RenderProgress | undefined {
    this.#frames++;
    if (performance.now() - this.#toldMs < PROGRESS_INTERVAL_MS) return undefined;
    this.#toldMs = performance.now();
    return this.now();
  }

  /** Takes one frame out of those expected. */
  skip(): void {
    this.#expected--;
  }

  /** The progress at this moment. */
  now(): RenderProgress {
    const frameRate = this.#frames / Math.max(1e-3, this.seconds);
    const left = this.#expected - this.#frames;
    return {
      frames: this.#frames,
      expected: this.#expected,
      frameRate,
      secondsLeft: this.#expected > 0 && this.#frames > 0 ? Math.max(0, left / frameRate) : undefined,
    };
  }
}
