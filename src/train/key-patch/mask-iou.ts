/** Likelihoods at which masks may be cut. */
export const CUTS = Array.from({ length: 19 }, (_, i) => 0.05 * (i + 1));

/** Of masks of 0 and 1; 1 where both are empty. */
export function iouOf(a: Float32Array, b: Float32Array): number {
  let [both, either] = [0, 0];
  a.forEach((value, i) => {
    const other = b[i] ?? 0;
    both += value * other;
    either += Math.max(value, other);
  });
  return either === 0 ? 1 : both / either;
}

/** The mean of masks, cut at that of some thresholds that gives these masks the highest mean IoU. */
export function constantMask(masks: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array()] = masks;
  const mean = first.map((_, i) => masks.reduce((sum, mask) => sum + (mask[i] ?? 0), 0) / masks.length);
  const candidates = CUTS.map((cut) => mean.map((value) => Number(value > cut)));
  const score = (candidate: Float32Array): number => masks.reduce((sum, mask) => sum + iouOf(candidate, mask), 0);
  return candidates.reduce(
    (best, candidate) => (score(candidate) > score(best) ? candidate : best),
    candidates[0] ?? mean,
  );
}
