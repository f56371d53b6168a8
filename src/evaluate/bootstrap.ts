import { Random } from '../core/random.js';

/** A figure and how sure it is. */
export interface Estimate {
  /** The figure of the pictures at hand. */
  readonly mean: number;
  /** Where it lies in 95 of 100 resamplings of the pictures. */
  readonly ci: readonly [low: number, high: number];
}

/** Share of resamplings left out at either end. */
const TAIL = 0.025;

/** Draws `count` of `count` pictures with replacement: how often each is drawn. */
export function resample(count: number, random: Random): Uint16Array {
  const counts = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const drawn = random.below(count);
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  return counts;
}

/**
 * The figure with the spread of its resamplings around it (Efron 1979). Distances between resampled sets lie above that of
 * the sets themselves, for a resampled set repeats itself; so the resamplings are moved to have the figure in their middle.
 * @param resamplings of the same figure, one at least.
 */
export function estimate(figure: number, resamplings: readonly number[]): Estimate {
  const ascending = Float64Array.from(resamplings).sort();
  const shift = figure - quantileOf(ascending, 0.5);
  return { mean: figure, ci: [quantileOf(ascending, TAIL) + shift, quantileOf(ascending, 1 - TAIL) + shift] };
}

/** The mean of one figure a picture, and its interval over resampled pictures. NaN for no figures. */
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

/** A quantile of an ascending sample, linear between its values. */
export function quantileOf(ascending: ArrayLike<number>, q: number): number {
  const position = q * (ascending.length - 1);
  const low = Math.floor(position);
  const below = ascending[low] ?? Number.NaN;
  return below + (position - low) * ((ascending[Math.min(ascending.length - 1, low + 1)] ?? below) - below);
}
