import { fromSeconds, micros, microsToTicks, type Micros, type TimeBase } from '../core/time.js';

/** What of a file was asked for. */
export interface WindowOptions {
  readonly timeBase: TimeBase;
  /** The container's first time stamp. */
  readonly origin: Micros;
  readonly startS: number;
  readonly durationS: number | undefined;
}

/** The asked part of a file, in ticks of its video's clock. */
export class ClipWindow {
  /** Frames before it are left out and it is subtracted from all others; undefined: the file's own count stands. */
  readonly startTicks: bigint | undefined;
  readonly #endTicks: bigint | undefined;
  readonly #options: WindowOptions;

  constructor(options: WindowOptions) {
    const { timeBase, origin, startS, durationS } = options;
    this.#options = options;
    const at = (seconds: number): bigint => microsToTicks(micros(origin + fromSeconds(seconds)), timeBase);
    this.startTicks = startS > 0 ? at(startS) : undefined;
    this.#endTicks = durationS === undefined ? undefined : at(startS + durationS);
  }

  /** True when the file's own end was not asked for. */
  get hasEnd(): boolean {
    return this.#endTicks !== undefined;
  }

  isBefore(ticks: bigint): boolean {
    return this.startTicks !== undefined && ticks < this.startTicks;
  }

  isAfter(ticks: bigint): boolean {
    return this.#endTicks !== undefined && ticks >= this.#endTicks;
  }

  /** The file's ticks counted from the window's start. */
  relative(ticks: bigint): bigint {
    return ticks - (this.startTicks ?? 0n);
  }

  /** How long the window is in a file of `whole` microseconds. */
  lengthOf(whole: Micros): Micros {
    const { startS, durationS } = this.#options;
    return micros(Math.max(0, Math.min(whole - startS * 1e6, (durationS ?? Infinity) * 1e6)));
  }
}
