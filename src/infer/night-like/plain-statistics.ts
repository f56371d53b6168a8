import { CHROMA_GAIN, DARK, PATCH_CHANNELS, PATCH_SIDE } from './photo-patches.js';

/** Quantiles of the luma of the whole photo. */
const QUANTILES = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98] as const;
/** Shares of the samples of all patches, ordered by luma, within which luma and chroma are averaged. */
const BANDS = [0, 0.1, 0.3, 0.5, 0.7, 0.85, 0.93, 0.98, 1] as const;
/** Lumas between which chroma is averaged. */
const LUMAS = [0.25, 0.5, 0.75, 0.95] as const;
/** Fewest samples of such an average. */
const MIN_SAMPLES = 20;
/** Every so many samples of the patches count. */
const STEP = 5;
/** Added before a logarithm. */
const FLOOR = 0.02;
/** How many of the statistics also count squared. */
const SQUARED = 16;

/** Numbers of a sample: Y, U, V, and U and V over Y. */
const FIELDS = 5;
/** Steps of luma by which samples are ordered, and room for their numbers below a step. */
const ORDER = { steps: 65_535, room: 2 ** 20 } as const;

/**
 * Plain statistics of a photo: quantiles and means of luma and chroma of the whole, of its thirds, and of what is dark and bright in its
 * patches. What a regression reads before any network. @param patches as `photoPatches` gives them. The same number for every photo.
 */
export function plainStatistics(patches: readonly Float32Array[]): number[] {
  const [whole = new Float32Array(), ...others] = patches;
  const own = samplesOf([whole], 1);
  const count = own.length / FIELDS;
  const lumas = Float32Array.from({ length: count }, (_, i) => own[i * FIELDS] ?? 0).sort();
  const quantiles = QUANTILES.map((share) => lumas[Math.min(count - 1, Math.floor(share * count))] ?? 0);
  const thirds = [0, 1, 2].map((third) =>
    meanOf(own, Math.ceil((third * count) / 3), Math.ceil(((third + 1) * count) / 3)),
  );
  const samples = orderedByLuma(samplesOf(others, STEP));
  const total = samples.length / FIELDS;
  const bands = BANDS.slice(1).map((to, k) => {
    const from = Math.floor((BANDS[k] ?? 0) * total);
    return meanOf(samples, from, Math.max(from + 1, Math.floor(to * total)));
  });
  const above = LUMAS.map((luma) => firstAbove(samples, luma));
  const middles = above.slice(1).map((to, k) => {
    const from = above[k] ?? 0;
    return to - from < MIN_SAMPLES ? new Float64Array(FIELDS) : meanOf(samples, from, to);
  });
  const plain = [
    ...quantiles,
    ...[...thirds, ...bands].flatMap((mean) => [...mean.subarray(0, 3)]),
    ...[3, 0, 6].map((k) => Math.log((quantiles[k] ?? 0) + FLOOR)),
    ...[...bands, ...thirds, ...middles].flatMap((mean) => [...mean.subarray(3)]),
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

/** Every so many samples of patches, `[N, 5]`. */
function samplesOf(patches: readonly Float32Array[], step: number): Float32Array {
  const each = Math.ceil((PATCH_SIDE * PATCH_SIDE) / step);
  const samples = new Float32Array(patches.length * each * FIELDS);
  let to = 0;
  for (const patch of patches) {
    for (let i = 0; i < PATCH_SIDE * PATCH_SIDE; i += step, to += FIELDS) {
      const at = i * PATCH_CHANNELS;
      const y = ((patch[at] ?? 0) + 1) / 2;
      const [u, v] = [(patch[at + 1] ?? 0) / CHROMA_GAIN, (patch[at + 2] ?? 0) / CHROMA_GAIN];
      samples[to] = y;
      samples[to + 1] = u;
      samples[to + 2] = v;
      samples[to + 3] = Math.min(1, Math.max(-1, u / (y + DARK)));
      samples[to + 4] = Math.min(1, Math.max(-1, v / (y + DARK)));
    }
  }
  return samples;
}

/** The darkest first; of equal ones the first. */
function orderedByLuma(samples: Float32Array): Float32Array {
  const count = samples.length / FIELDS;
  const keys = Float64Array.from({ length: count }, (_, i) => {
    return Math.round(ORDER.steps * Math.max(0, samples[i * FIELDS] ?? 0)) * ORDER.room + i;
  }).sort();
  const ordered = new Float32Array(samples.length);
  keys.forEach((key, to) => {
    const from = (key % ORDER.room) * FIELDS;
    for (let k = 0; k < FIELDS; k++) ordered[to * FIELDS + k] = samples[from + k] ?? 0;
  });
  return ordered;
}

/** The first of ordered samples whose luma is above one. */
function firstAbove(ordered: Float32Array, luma: number): number {
  const count = ordered.length / FIELDS;
  let first = 0;
  while (first < count && (ordered[first * FIELDS] ?? 0) <= luma) first++;
  return first;
}

/** Means of the samples from one to before another. */
function meanOf(samples: Float32Array, from: number, to: number): Float64Array {
  const sums = new Float64Array(FIELDS);
  for (let i = from * FIELDS; i < to * FIELDS; i++) sums[i % FIELDS] = (sums[i % FIELDS] ?? 0) + (samples[i] ?? 0);
  return sums.map((sum) => sum / Math.max(1, to - from));
}
