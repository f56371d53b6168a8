import type { RenderProgress } from '../pipeline/worker-messages.js';

const WIDTH = 28;

/** One line for a terminal: bar, share, frames, rate and time left. */
export function formatProgress(progress: RenderProgress): string {
  const rate = `${progress.frameRate.toFixed(1)} frames/s`;
  if (progress.expected === 0) return `${progress.frames} frames  ${rate}`;
  const share = Math.min(1, progress.frames / progress.expected);
  const filled = Math.round(share * WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  return `${bar} ${percent}  ${progress.frames}/${progress.expected} frames  ${rate}  ${formatSeconds(progress.secondsLeft)} left`;
}

function formatSeconds(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return '?';
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % 60} s`;
}

/** A progress line that redraws itself on a terminal and stays silent elsewhere. */
export class ProgressBar {
  readonly #stream: NodeJS.WriteStream;
  #drawn = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  draw(progress: RenderProgress): void {
    if (!this.#stream.isTTY) return;
    this.#drawn = true;
    this.#stream.write(`\r\u001b[K${formatProgress(progress)}`);
  }

  /** Ends the line. */
  end(): void {
    if (this.#drawn) this.#stream.write('\n');
    this.#drawn = false;
  }
}
