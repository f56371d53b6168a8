import { CHROMA_GAIN, DARK, PATCH_CHANNELS, PATCH_SIDE } from './photo-patches.js';

/** Quantiles of the luma of the whole photo. */
const QUANTILES = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98] as const;
/** Shares of the samples of all patches, ordered by luma, within which luma and chroma are averaged. */
const BANDS = [0, 0.1, 0.3, 0.5, 0.7, 0.85, 0.93, 0.98, 1] as const;
/** Lumas between which chroma is averaged. */
const LUMAS = [0.25, 0.5, 0.75, 0.95] as const;
/** Fewest samples of such an average. */
const FEWEST = 20;
/** Every so many samples of the patches count. */
const STEP = 3;
/** Added before a logarithm. */
const FLOOR = 0.02;
/** How many of the statistics also count squared. */
const SQUARED = 16;

/** Means of samples: Y, U, V, and chroma over luma. */
type Sample = readonly [y: number, u: number, v: number, uOverY: number, vOverY: number];

/**
 * Plain statistics of a photo: quantiles and means of luma and chroma of the whole, of its thirds, and of what is dark and bright in its
 * patches. What a regression reads before any network. @param patches as `photoPatches` gives them. The same number for every photo.
 */
export function plainStatistics(patches: readonly Float32Array[]): number[] {
  const [whole = new Float32Array(), ...others] = patches;
  const own = samplesOf(whole, 1);
  const lumas = own.map(([y]) => y).sort((a, b) => a - b);
  const quantiles = QUANTILES.map((share) => lumas[Math.min(lumas.length - 1, Math.floor(share * lumas.length))] ?? 0);
  const thirds = [0, 1, 2].map((third) => meanOf(own.filter((_, i) => Math.floor((3 * i) / own.length) === third)));
  const samples = others.flatMap((patch) => samplesOf(patch, STEP)).sort((a, b) => a[0] - b[0]);
  const bands = BANDS.slice(1).map((to, k) => {
    const from = Math.floor((BANDS[k] ?? 0) * samples.length);
    return meanOf(samples.slice(from, Math.max(from + 1, Math.floor(to * samples.length))));
  });
  const middles = LUMAS.slice(1).map((to, k) => {
    const within = samples.filter(([y]) => y > (LUMAS[k] ?? 0) && y <= to);
    return within.length < FEWEST ? ([0, 0, 0, 0, 0] as const) : meanOf(within);
  });
  const plain = [
    ...quantiles,
    ...thirds.flatMap(([y, u, v]) => [y, u, v]),
    ...bands.flatMap(([y, u, v]) => [y, u, v]),
    ...[3, 0, 6].map((k) => Math.log((quantiles[k] ?? 0) + FLOOR)),
    ...[...bands, ...thirds, ...middles].flatMap(([, , , u, v]) => [u, v]),
  ];
  return [...plain, ...plain.slice(0, SQUARED).map((value) => value * value)];
}

/** A linear regression on {@link plainStatistics}: for each trait a bias and a weight for each statistic. */
export interface PlainRegression {
  readonly bias: readonly number[];
  /** `[traits][statistics]`. */
  readonly weights: readonly (readonly number[])[];
}

/** What a regression gives for a photo. @param statistics as {@link plainStatistics} gives them. */
export function regress({ bias, weights }: PlainRegression, statistics: readonly number[]): number[] {
  return weights.map((row, t) => row.reduce((sum, weight, k) => sum + weight * (statistics[k] ?? 0), bias[t] ?? 0));
}

function samplesOf(patch: Float32Array, step: number): Sample[] {
  const samples: Sample[] = [];
  for (let i = 0; i < PATCH_SIDE * PATCH_SIDE; i += step) {
    const at = i * PATCH_CHANNELS;
    const y = ((patch[at] ?? 0) + 1) / 2;
    const [u, v] = [(patch[at + 1] ?? 0) / CHROMA_GAIN, (patch[at + 2] ?? 0) / CHROMA_GAIN];
    samples.push([y, u, v, clamp(u / (y + DARK)), clamp(v / (y + DARK))]);
  }
  return samples;
}

function meanOf(samples: readonly Sample[]): Sample {
  const sum = [0, 0, 0, 0, 0] as [number, number, number, number, number];
  for (const sample of samples) for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] ?? 0) + (sample[k] ?? 0);
  const share = 1 / Math.max(1, samples.length);
  return [share * sum[0], share * sum[1], share * sum[2], share * sum[3], share * sum[4]];
}

function clamp(value: number): number {
  return Math.min(1, Math.max(-1, value));
}
