import type { ProgressOutput } from './progress-bar.js';

/** Shows the current step of a longer task: one line redrawn in place on a terminal, a line per step elsewhere. */
export class StepLine {
  readonly #stream: ProgressOutput;
  #step = '';
  #isDrawn = false;

  constructor(stream: ProgressOutput) {
    this.#stream = stream;
  }

  /** @param expected 0 when unknown. */
  draw(step: string, done: number, expected: number): void {
    if (this.#stream.isTTY) {
      this.#isDrawn = true;
      this.#stream.write(`\r\u001b[K${step}: ${done}${expected > 0 ? `/${expected}` : ''}`);
    } else if (step !== this.#step) {
      this.#stream.write(`${step}\n`);
    }
    this.#step = step;
  }

  /** Erases the line. Idempotent. */
  end(): void {
    if (this.#isDrawn) this.#stream.write('\r\u001b[K');
    this.#isDrawn = false;
  }
}
