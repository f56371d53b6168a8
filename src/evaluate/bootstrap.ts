import { Random } from '../core/random.js';

/** A measured value with its confidence interval. */
export interface Estimate {
  /** The value over the given images, which need not be a mean. */
  readonly mean: number;
  /** Interval of 95 % of the resamplings of the images. */
  readonly ci: readonly [low: number, high: number];
}

/** Share of resamplings outside the interval, at either end. */
const TAIL_SHARE = 0.025;

/** Draws `count` of `count` images with replacement; returns how often each was drawn. */
export function drawCounts(count: number, random: Random): Uint16Array {
  const counts = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const drawn = random.below(count);
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  return counts;
}

/**
 * Returns a value with its bootstrap interval (Efron 1979). Resampled sets contain repeats, so their distances exceed the
 * distance of the original sets; the interval is shifted so that the median of the resamplings is the value itself.
 * @param resamplings of the same value, at least one.
 */
export function estimate(value: number, resamplings: readonly number[]): Estimate {
  const ascending = Float64Array.from(resamplings).sort();
  const shift = value - quantileOf(ascending, 0.5);
  return {
    mean: value,
    ci: [quantileOf(ascending, TAIL_SHARE) + shift, quantileOf(ascending, 1 - TAIL_SHARE) + shift],
  };
}

/** Returns the mean of one value per image, with its interval over resampled images. NaN if there are no values. */
export function estimateMean(values: readonly number[], options: { resamples: number; seed: number }): Estimate {
  const random = new Random(options.seed);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const resamplings = Array.from({ length: options.resamples }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[random.below(values.length)] ?? 0;
    return sum / values.length;
  });
  return estimate(mean, resamplings);
}

/** Returns a quantile of an ascending sample, interpolated linearly. NaN for an empty sample. */
export function quantileOf(ascending: ArrayLike<number>, q: number): number {
  const position = q * (ascending.length - 1);
  const low = Math.floor(position);
  const below = ascending[low] ?? Number.NaN;
  return below + (position - low) * ((ascending[Math.min(ascending.length - 1, low + 1)] ?? below) - below);
}
