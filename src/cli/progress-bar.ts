import type { RenderProgress } from '../pipeline/worker-messages.js';

const WIDTH = 28;
/** Time between two lines of a render where nothing can be redrawn (a log, a pipe), milliseconds. */
const LINE_INTERVAL_MS = 10_000;

/** One line for a terminal: bar, share, frames, rate and time left; for a log without the bar. */
export function formatProgress(progress: RenderProgress, hasBar = true): string {
  const rate = `${progress.frameRate.toFixed(1)} frames/s`;
  if (progress.expected === 0) return `${progress.frames} frames  ${rate}`;
  const share = formatShare(progress.frames, progress.expected, hasBar);
  return `${share}  ${progress.frames}/${progress.expected} frames  ${rate}  ${formatSeconds(progress.secondsLeft)} left`;
}

/** A bar and a share in whole per cent, or the share alone. */
export function formatShare(done: number, expected: number, hasBar: boolean): string {
  const share = Math.min(1, done / expected);
  const filled = Math.round(share * WIDTH);
  const bar = hasBar ? `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ` : '';
  return `${bar}${`${Math.floor(share * 100)} %`.padStart(5)}`;
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
  /** Columns of a terminal, where it says so. */
  readonly columns?: number;
  write(text: string): boolean;
}

/** What a bar tells, and how often. */
export interface ProgressStyle<P> {
  /** One line. */
  readonly format: (progress: P, hasBar: boolean) => string;
  /** Time between two lines where nothing can be redrawn, milliseconds. */
  readonly lineIntervalMs: number;
}

/** How a render is told. */
export const RENDER_STYLE: ProgressStyle<RenderProgress> = { format: formatProgress, lineIntervalMs: LINE_INTERVAL_MS };

/** A progress line that redraws itself on a terminal; elsewhere a new line now and then. */
export class ProgressBar<P> {
  readonly #stream: ProgressOutput;
  readonly #style: ProgressStyle<P>;
  #drawn = false;
  #toldMs = performance.now();

  constructor(stream: ProgressOutput, style: ProgressStyle<P>) {
    this.#stream = stream;
    this.#style = style;
  }

  draw(progress: P): void {
    if (!this.#stream.isTTY) {
      this.#tell(progress);
      return;
    }
    this.#drawn = true;
    const line = this.#style.format(progress, true);
    // A line that wraps cannot be redrawn.
    this.#stream.write(`\r\u001b[K${line.slice(0, (this.#stream.columns ?? Infinity) - 1)}`);
  }

  /** Ends the line. */
  end(): void {
    if (this.#drawn) this.#stream.write('\n');
    this.#drawn = false;
  }

  #tell(progress: P): void {
    const now = performance.now();
    if (now - this.#toldMs < this.#style.lineIntervalMs) return;
    this.#toldMs = now;
    this.#stream.write(`${this.#style.format(progress, false).trimStart()}\n`);
  }
}
