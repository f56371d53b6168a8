/** Vectors of pictures, all of one length. */
export type Features = readonly Float32Array[];

/** Sweeps of Jacobi's method at most; ten are plenty. */
const MOST_SWEEPS = 40;
/** Cosine of two rows below which they count as orthogonal. */
const ORTHOGONAL = 1e-9;

/**
 * Fréchet inception distance (Heusel et al. 2017, equation 6) between normal distributions fitted to two sets of features.
 * The trace of the root of the covariances' product is the sum of the singular values of `X Y^T`, which needs no matrix of
 * the features' own size. Biased upwards for few pictures: compare only figures of the same numbers of pictures.
 * Throws RangeError for less than two vectors.
 */
export function frechetDistance(a: Features, b: Features): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const [centredA, centredB] = [centred(a, meanA), centred(b, meanB)];
  const [smaller, larger] = centredA.length <= centredB.length ? [centredA, centredB] : [centredB, centredA];
  const rows = smaller.map((row) => Float64Array.from(larger, (other) => dot(row, other)));
  let distance = 0;
  for (const [i, value] of meanA.entries()) distance += (value - (meanB[i] ?? 0)) ** 2;
  for (const row of centredA) distance += dot(row, row);
  for (const row of centredB) distance += dot(row, row);
  return distance - 2 * singularValueSum(rows);
}

/**
 * Kernel inception distance (Binkowski et al. 2018, section 4): unbiased squared maximum mean discrepancy under the kernel
 * `(x y / length + 1)^3`. Around 0 for two samples of one thing. Throws RangeError for less than two vectors.
 */
export function kernelDistance(a: Features, b: Features): number {
  checkCount(a);
  checkCount(b);
  const kernel = (x: Float32Array, y: Float32Array): number => (dot(x, y) / x.length + 1) ** 3;
  const within = (set: Features): number => {
    let sum = 0;
    for (const [i, x] of set.entries()) for (const y of set.slice(i + 1)) sum += kernel(x, y);
    return (2 * sum) / (set.length * (set.length - 1));
  };
  let between = 0;
  for (const x of a) for (const y of b) between += kernel(x, y);
  return within(a) + within(b) - (2 * between) / (a.length * b.length);
}

function checkCount(features: Features): void {
  if (features.length < 2) throw new RangeError(`features must be of two pictures at least, got ${features.length}`);
}

function meanOf(features: Features): Float64Array {
  checkCount(features);
  const mean = new Float64Array(features[0]?.length ?? 0);
  for (const row of features)
    for (const [i, value] of row.entries()) mean[i] = (mean[i] ?? 0) + value / features.length;
  return mean;
}

/** Less the mean, over the root of one less than their number: their products are covariances. */
function centred(features: Features, mean: Float64Array): Float64Array[] {
  const scale = 1 / Math.sqrt(features.length - 1);
  return features.map((row) => Float64Array.from(row, (value, i) => (value - (mean[i] ?? 0)) * scale));
}

/** One-sided Jacobi (Hestenes 1958): rotates pairs of rows until all are orthogonal; their lengths are what is sought. */
function singularValueSum(rows: Float64Array[]): number {
  for (let sweep = 0, isDone = false; sweep < MOST_SWEEPS && !isDone; sweep++) {
    isDone = true;
    for (const [i, p] of rows.entries()) {
      for (const q of rows.slice(i + 1)) {
        if (rotate(p, q)) isDone = false;
      }
    }
  }
  return rows.reduce((sum, row) => sum + Math.sqrt(dot(row, row)), 0);
}

/** Makes two rows orthogonal, in place; false when they are. */
function rotate(p: Float64Array, q: Float64Array): boolean {
  const [pp, qq, pq] = [dot(p, p), dot(q, q), dot(p, q)];
  if (Math.abs(pq) <= ORTHOGONAL * Math.sqrt(pp * qq) || pq === 0) return false;
  const zeta = (qq - pp) / (2 * pq);
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = cosine * tangent;
  for (let i = 0; i < p.length; i++) {
    const [x, y] = [p[i] ?? 0, q[i] ?? 0];
    p[i] = cosine * x - sine * y;
    q[i] = sine * x + cosine * y;
  }
  return true;
}

function dot(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
