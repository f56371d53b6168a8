/** A moment or a length of time in microseconds; an integer. Presentation times (`pts`) start where the source starts. */
export type Micros = number & { readonly __unit: 'micros' };

/** Brands a number of microseconds; rounds to an integer. */
export function micros(value: number): Micros {
  return Math.round(value) as Micros; // the one place a plain number becomes Micros
}

/** Microseconds from seconds. */
export function fromSeconds(seconds: number): Micros {
  return micros(seconds * 1e6);
}

/** Seconds from microseconds. */
export function toSeconds(time: Micros): number {
  return time / 1e6;
}

/** Wall-clock time (Unix epoch) in microseconds, from the high-resolution clock. */
export function wallClock(): Micros {
  return micros((performance.timeOrigin + performance.now()) * 1e3);
}

/** A fraction of seconds, as containers count time: one tick lasts `num / den` seconds. */
export interface TimeBase {
  readonly num: number;
  readonly den: number;
}

/** Ticks of a time base as microseconds, rounded to the nearest. Exact for any 64-bit timestamp. */
export function ticksToMicros(ticks: bigint, timeBase: TimeBase): Micros {
  const scaled = ticks * BigInt(timeBase.num) * 1_000_000n;
  const den = BigInt(timeBase.den);
  const half = scaled >= 0n ? den / 2n : -den / 2n;
  return Number((scaled + half) / den) as Micros; // an integer below 2^53 for 285 years
}

/** Microseconds as ticks of a time base, rounded to the nearest. */
export function microsToTicks(time: Micros, timeBase: TimeBase): bigint {
  const den = 1_000_000n * BigInt(timeBase.num);
  const scaled = BigInt(time) * BigInt(timeBase.den);
  const half = scaled >= 0n ? den / 2n : -den / 2n;
  return (scaled + half) / den;
}
