import { fromSeconds, micros, microsToTicks, type Micros, type TimeBase } from '../core/time.js';

/** Options of a {@link ClipWindow}. */
export interface ClipWindowOptions {
  readonly timeBase: TimeBase;
  /** First timestamp of the container. */
  readonly origin: Micros;
  /** True when the input's timestamps are the wall clock's: its frames count from the first one. Default: false. */
  readonly isWallClock?: boolean;
  readonly startS: number;
  /** Undefined: to the end of the file. */
  readonly durationS: number | undefined;
}

/** The requested part of a file, in ticks of its video stream. */
export class ClipWindow {
  /** Start of the window: earlier frames are dropped, later ones count from here. Undefined: the file's own timestamps stay. */
  readonly startTicks: bigint | undefined;
  readonly #endTicks: bigint | undefined;
  readonly #options: ClipWindowOptions;
  /** The first ticks asked for. */
  #firstTicks: bigint | undefined;

  constructor(options: ClipWindowOptions) {
    const { timeBase, origin, startS, durationS } = options;
    this.#options = options;
    const toTicks = (seconds: number): bigint => microsToTicks(micros(origin + fromSeconds(seconds)), timeBase);
    this.startTicks = startS > 0 ? toTicks(startS) : undefined;
    this.#endTicks = durationS === undefined ? undefined : toTicks(startS + durationS);
  }

  /** True when the window may end before the file does. */
  get hasEnd(): boolean {
    return this.#endTicks !== undefined;
  }

  isBefore(ticks: bigint): boolean {
    return this.startTicks !== undefined && ticks < this.startTicks;
  }

  isAfter(ticks: bigint): boolean {
    return this.#endTicks !== undefined && ticks >= this.#endTicks;
  }

  /** Ticks of the file, counted from the start of the window. */
  relativeTicks(ticks: bigint): bigint {
    this.#firstTicks ??= ticks;
    return ticks - (this.startTicks ?? (this.#options.isWallClock === true ? this.#firstTicks : 0n));
  }

  /** Duration of the window in a file of the given duration. */
  durationIn(fileDuration: Micros): Micros {
    const { startS, durationS } = this.#options;
    return micros(Math.max(0, Math.min(fileDuration - startS * 1e6, (durationS ?? Infinity) * 1e6)));
  }
}
