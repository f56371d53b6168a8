import type { RenderProgress } from '../pipeline/worker-messages.js';

const WIDTH = 28;
/** Time between two progress lines of a render that is not on a terminal, milliseconds. */
const LINE_INTERVAL_MS = 10_000;

/** Formats a render's progress as one line: bar (for a terminal), percentage, frames, rate and time left. */
export function formatProgress(progress: RenderProgress, hasBar = true): string {
  const rate = `${progress.frameRate.toFixed(1)} frames/s`;
  if (progress.expected === 0) return `${progress.frames} frames  ${rate}`;
  const share = formatShare(progress.frames, progress.expected, hasBar);
  return `${share}  ${progress.frames}/${progress.expected} frames  ${rate}  ${formatSeconds(progress.secondsLeft)} left`;
}

/** Formats a percentage, after a bar if `hasBar`. */
export function formatShare(done: number, expected: number, hasBar: boolean): string {
  const share = Math.min(1, done / expected);
  const filled = Math.round(share * WIDTH);
  const bar = hasBar ? `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ` : '';
  return `${bar}${`${Math.floor(share * 100)} %`.padStart(5)}`;
}

/** Formats a time left: `2 min 5 s`; `?` when unknown. */
export function formatSeconds(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return '?';
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % 60} s`;
}

/** The part of a writable stream that progress needs. */
export interface ProgressOutput {
  readonly isTTY: boolean;
  /** Columns of a terminal, if known. */
  readonly columns?: number;
  write(text: string): boolean;
}

/** The format and the interval of progress lines. */
export interface ProgressStyle<P> {
  /** Formats one line. */
  readonly format: (progress: P, hasBar: boolean) => string;
  /** Time between two lines on anything but a terminal, milliseconds. */
  readonly lineIntervalMs: number;
}

/** The progress style of a render. */
export const RENDER_STYLE: ProgressStyle<RenderProgress> = { format: formatProgress, lineIntervalMs: LINE_INTERVAL_MS };

/** A progress line: redrawn in place on a terminal, a new line at intervals elsewhere. */
export class ProgressBar<P> {
  readonly #stream: ProgressOutput;
  readonly #style: ProgressStyle<P>;
  #isDrawn = false;
  #printedMs = performance.now();

  constructor(stream: ProgressOutput, style: ProgressStyle<P>) {
    this.#stream = stream;
    this.#style = style;
  }

  draw(progress: P): void {
    if (!this.#stream.isTTY) {
      this.#print(progress);
      return;
    }
    this.#isDrawn = true;
    const line = this.#style.format(progress, true);
    // A line that wraps cannot be redrawn in place.
    this.#stream.write(`\r\u001b[K${line.slice(0, (this.#stream.columns ?? Infinity) - 1)}`);
  }

  /** Ends the line. */
  end(): void {
    if (this.#isDrawn) this.#stream.write('\n');
    this.#isDrawn = false;
  }

  #print(progress: P): void {
    const now = performance.now();
    if (now - this.#printedMs < this.#style.lineIntervalMs) return;
    this.#printedMs = now;
    this.#stream.write(`${this.#style.format(progress, false).trimStart()}\n`);
  }
}
