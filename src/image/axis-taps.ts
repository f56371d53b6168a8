/** How one output sample is made along one axis: the first to the last source sample, and their weights, which sum to 1. */
export interface AxisTap {
  readonly first: number;
  readonly last: number;
  readonly firstWeight: number;
  readonly lastWeight: number;
  /** Weight of each sample between the first and the last. */
  readonly betweenWeight: number;
}

/**
 * Taps of a resampling from `from` to `to` samples: the mean over the area each output sample covers, source samples cut
 * at its edges counting by the part inside; where the source is smaller, bilinear between sample centres.
 */
export function axisTaps(from: number, to: number): AxisTap[] {
  return Array.from({ length: to }, (_, i) => (from < to ? bilinearTap(i, from, to) : areaTap(i, from, to)));
}

function areaTap(i: number, from: number, to: number): AxisTap {
  const start = (i * from) / to;
  const end = ((i + 1) * from) / to;
  const first = Math.floor(start);
  const last = Math.min(from, Math.ceil(end)) - 1;
  if (first === last) return { first, last, firstWeight: 1, lastWeight: 0, betweenWeight: 0 };
  const total = end - start;
  return {
    first,
    last,
    firstWeight: (first + 1 - start) / total,
    lastWeight: (end - last) / total,
    betweenWeight: 1 / total,
  };
}

function bilinearTap(i: number, from: number, to: number): AxisTap {
  const position = Math.max(0, Math.min(from - 1, ((i + 0.5) * from) / to - 0.5));
  const first = Math.floor(position);
  const share = position - first;
  return {
    first,
    last: Math.min(first + 1, from - 1),
    firstWeight: 1 - share,
    lastWeight: share,
    betweenWeight: 0,
  };
}
