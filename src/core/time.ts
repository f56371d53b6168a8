/** A point in time or a duration in microseconds; an integer. Presentation times (`pts`) start at the start of the source. */
export type Micros = number & { readonly __unit: 'micros' };

/** Converts a number of microseconds to {@link Micros}; rounds to an integer. */
export function micros(value: number): Micros {
  return Math.round(value) as Micros; // the one place a plain number becomes Micros
}

/** Converts seconds to microseconds. */
export function fromSeconds(seconds: number): Micros {
  return micros(seconds * 1e6);
}

/** Converts microseconds to seconds. */
export function toSeconds(time: Micros): number {
  return time / 1e6;
}

/** Returns the wall-clock time (Unix epoch) in microseconds, from the high-resolution clock. */
export function wallClock(): Micros {
  return micros((performance.timeOrigin + performance.now()) * 1e3);
}

/** The time unit of a container or stream: one tick lasts `num / den` seconds. */
export interface TimeBase {
  readonly num: number;
  readonly den: number;
}

/** Converts ticks of a time base to microseconds, rounded to the nearest. Exact for any 64-bit timestamp. */
export function ticksToMicros(ticks: bigint, timeBase: TimeBase): Micros {
  const scaled = ticks * BigInt(timeBase.num) * 1_000_000n;
  const den = BigInt(timeBase.den);
  const half = scaled >= 0n ? den / 2n : -den / 2n;
  return Number((scaled + half) / den) as Micros; // an integer below 2^53 for 285 years
}

/** Converts microseconds to ticks of a time base, rounded to the nearest. */
export function microsToTicks(time: Micros, timeBase: TimeBase): bigint {
  const den = 1_000_000n * BigInt(timeBase.num);
  const scaled = BigInt(time) * BigInt(timeBase.den);
  const half = scaled >= 0n ? den / 2n : -den / 2n;
  return (scaled + half) / den;
}
