/** The source samples of one output sample along one axis, `first` to `last`, and their weights. The weights sum to 1. */
export interface ResamplingTap {
  readonly first: number;
  readonly last: number;
  readonly firstWeight: number;
  readonly lastWeight: number;
  /** Weight of each sample between `first` and `last`. */
  readonly innerWeight: number;
}

/**
 * Returns the taps of a resampling from `from` to `to` samples. Reduction averages over the area of each output sample;
 * source samples at its edges count by the part inside. Enlargement is bilinear between sample centres.
 */
export function resamplingTaps(from: number, to: number): ResamplingTap[] {
  return Array.from({ length: to }, (_, i) => (from < to ? bilinearTap(i, from, to) : areaTap(i, from, to)));
}

function areaTap(i: number, from: number, to: number): ResamplingTap {
  const start = (i * from) / to;
  const end = ((i + 1) * from) / to;
  const first = Math.floor(start);
  const last = Math.min(from, Math.ceil(end)) - 1;
  if (first === last) return { first, last, firstWeight: 1, lastWeight: 0, innerWeight: 0 };
  const total = end - start;
  return {
    first,
    last,
    firstWeight: (first + 1 - start) / total,
    lastWeight: (end - last) / total,
    innerWeight: 1 / total,
  };
}

function bilinearTap(i: number, from: number, to: number): ResamplingTap {
  const position = Math.max(0, Math.min(from - 1, ((i + 0.5) * from) / to - 0.5));
  const first = Math.floor(position);
  const share = position - first;
  return {
    first,
    last: Math.min(first + 1, from - 1),
    firstWeight: 1 - share,
    lastWeight: share,
    innerWeight: 0,
  };
}
