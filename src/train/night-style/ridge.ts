import type { PlainRegression } from '../../infer/night-like/plain-statistics.js';

/** Smallest deviation by which a statistic is divided. */
const SMALLEST = 1e-6;

/**
 * Ridge regression (Hoerl and Kennard 1970) of targets on statistics, each of which is brought to mean 0 and deviation 1 first.
 * @param weight of the squared coefficients. Throws RangeError for none.
 */
export function fitRidge(
  statistics: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  weight: number,
): PlainRegression {
  const [first] = statistics;
  const [target] = targets;
  if (!first || !target) throw new RangeError('statistics must not be empty, got none');
  const [means, deviations] = momentsOf(statistics);
  const offsets = momentsOf(targets)[0];
  const [count, traits] = [first.length, target.length];
  const normal = Array.from({ length: count }, () => new Float64Array(count));
  const right = Array.from({ length: count }, () => new Float64Array(traits));
  for (const [r, row] of statistics.entries()) {
    const steps = row.map((value, k) => (value - (means[k] ?? 0)) / (deviations[k] ?? 1));
    for (let i = 0; i < count; i++) {
      const [a, b, step] = [normal[i], right[i], steps[i] ?? 0];
      if (!a || !b) continue;
      for (let j = 0; j < count; j++) a[j] = (a[j] ?? 0) + step * (steps[j] ?? 0);
      for (let t = 0; t < traits; t++) b[t] = (b[t] ?? 0) + step * ((targets[r]?.[t] ?? 0) - (offsets[t] ?? 0));
    }
  }
  normal.forEach((row, i) => (row[i] = (row[i] ?? 0) + weight));
  solveInto(normal, right);
  const weights = Array.from({ length: traits }, (_, t) => right.map((row, i) => (row[t] ?? 0) / (deviations[i] ?? 1)));
  const bias = weights.map(
    (row, t) => (offsets[t] ?? 0) - row.reduce((sum, value, i) => sum + value * (means[i] ?? 0), 0),
  );
  return { bias, weights };
}

function momentsOf(rows: readonly (readonly number[])[]): readonly [means: number[], deviations: number[]] {
  const means = (rows[0] ?? []).map((_, k) => rows.reduce((sum, row) => sum + (row[k] ?? 0), 0) / rows.length);
  const deviations = means.map((mean, k) => {
    const square = rows.reduce((sum, row) => sum + ((row[k] ?? 0) - mean) ** 2, 0) / rows.length;
    return Math.sqrt(square) + SMALLEST;
  });
  return [means, deviations];
}

/** Gaussian elimination of a positive definite matrix, in place: `right` becomes the solution. */
function solveInto(matrix: Float64Array[], right: Float64Array[]): void {
  const subtract = (from: Float64Array | undefined, row: Float64Array | undefined, factor: number): void => {
    if (from && row) for (let k = 0; k < from.length; k++) from[k] = (from[k] ?? 0) - factor * (row[k] ?? 0);
  };
  for (let i = 0; i < matrix.length; i++) {
    for (let r = i + 1; r < matrix.length; r++) {
      const factor = (matrix[r]?.[i] ?? 0) / (matrix[i]?.[i] ?? 1);
      subtract(matrix[r], matrix[i], factor);
      subtract(right[r], right[i], factor);
    }
  }
  for (let i = matrix.length - 1; i >= 0; i--) {
    for (let c = i + 1; c < matrix.length; c++) subtract(right[i], right[c], matrix[i]?.[c] ?? 0);
    const row = right[i];
    if (row) for (let t = 0; t < row.length; t++) row[t] = (row[t] ?? 0) / (matrix[i]?.[i] ?? 1);
  }
}
