import { NOISE_SIGMA } from './noise-curves.js';

/** Entries of the table of normally distributed numbers. */
const NORMALS = 4096;
/** Quantiles of the normal distribution in steps of {@link NOISE_SIGMA}, as often as they occur. */
const NORMAL_TABLE = Int8Array.from({ length: NORMALS }, (_, i) => {
  const value = Math.round(normalQuantile((i + 0.5) / NORMALS) * NOISE_SIGMA);
  return Math.max(-128, Math.min(127, value));
});

/** Fills a row with normally distributed noise, independent from sample to sample and from row to row. @param out of even length. */
export function fillNoiseRow(seed: number, row: number, out: Int16Array): void {
  let state = mix(seed ^ Math.imul(row + 1, 0x9e3779b1));
  for (let x = 0; x < out.length; x += 2) {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    bits ^= bits >>> 14;
    out[x] = NORMAL_TABLE[bits & (NORMALS - 1)] ?? 0;
    out[x + 1] = NORMAL_TABLE[(bits >>> 16) & (NORMALS - 1)] ?? 0;
  }
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Quantile of the normal distribution by bisection of its integral (Abramowitz and Stegun 1964, 7.1.26). */
function normalQuantile(share: number): number {
  let [low, high] = [-6, 6];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalShare(value: number): number {
  const x = Math.abs(value) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (series * Math.exp(-x * x)) / 2;
  return value > 0 ? 1 - tail : tail;
}
