import type { ProgressOutput } from './progress-bar.js';

/** Says which step of a longer work is done: one line that redraws itself on a terminal; elsewhere a line for each step. */
export class StepLine {
  readonly #stream: ProgressOutput;
  #step = '';
  #drawn = false;

  constructor(stream: ProgressOutput) {
    this.#stream = stream;
  }

  /** @param expected 0 when unknown. */
  draw(step: string, done: number, expected: number): void {
    if (this.#stream.isTTY) {
      this.#drawn = true;
      this.#stream.write(`\r\u001b[K${step}: ${done}${expected > 0 ? `/${expected}` : ''}`);
    } else if (step !== this.#step) {
      this.#stream.write(`${step}\n`);
    }
    this.#step = step;
  }

  /** Takes the line away. Idempotent. */
  end(): void {
    if (this.#drawn) this.#stream.write('\r\u001b[K');
    this.#drawn = false;
  }
}
