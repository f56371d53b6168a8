import type { RenderProgress } from '../pipeline/worker-messages.js';

const WIDTH = 28;
/** Time between two lines where nothing can be redrawn (a log, a pipe), milliseconds. */
const LINE_INTERVAL_MS = 10_000;

/** One line for a terminal: bar, share, frames, rate and time left; for a log without the bar. */
export function formatProgress(progress: RenderProgress, hasBar = true): string {
  const rate = `${progress.frameRate.toFixed(1)} frames/s`;
  if (progress.expected === 0) return `${progress.frames} frames  ${rate}`;
  const share = Math.min(1, progress.frames / progress.expected);
  const filled = Math.round(share * WIDTH);
  const bar = hasBar ? `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ` : '';
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  return `${bar}${percent}  ${progress.frames}/${progress.expected} frames  ${rate}  ${formatSeconds(progress.secondsLeft)} left`;
}

function formatSeconds(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return '?';
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % 60} s`;
}

/** Where progress is told: the part of a stream that it needs. */
export interface ProgressOutput {
  readonly isTTY: boolean;
  write(text: string): boolean;
}

/** A progress line that redraws itself on a terminal; elsewhere a new line every ten seconds. */
export class ProgressBar {
  readonly #stream: ProgressOutput;
  #drawn = false;
  #toldMs = performance.now();

  constructor(stream: ProgressOutput) {
    this.#stream = stream;
  }

  draw(progress: RenderProgress): void {
    if (!this.#stream.isTTY) {
      this.#tell(progress);
      return;
    }
    this.#drawn = true;
    this.#stream.write(`\r\u001b[K${formatProgress(progress)}`);
  }

  /** Ends the line. */
  end(): void {
    if (this.#drawn) this.#stream.write('\n');
    this.#drawn = false;
  }

  #tell(progress: RenderProgress): void {
    const now = performance.now();
    if (now - this.#toldMs < LINE_INTERVAL_MS) return;
    this.#toldMs = now;
    this.#stream.write(`${formatProgress(progress, false).trimStart()}\n`);
  }
}
