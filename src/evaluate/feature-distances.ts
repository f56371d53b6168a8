/** One feature vector per image, all of one length. */
export type Features = readonly Float32Array[];

/** Maximum number of Jacobi sweeps; ten usually suffice. */
const MAX_SWEEPS = 40;
/** Maximum cosine of two rows that count as orthogonal. */
const MAX_COSINE = 1e-9;

/**
 * Computes the Fréchet inception distance (Heusel et al. 2017, equation 6) between normal distributions fitted to two sets of
 * features. The trace of the square root of the covariances' product is the sum of the singular values of `X Y^T`, which needs
 * no square matrix of the feature length. Biased upwards for few images: compare only distances of equally large sets.
 * Throws RangeError for fewer than two vectors.
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
 * Computes the kernel inception distance (Binkowski et al. 2018, section 4): the unbiased squared maximum mean discrepancy
 * under the kernel `(x y / length + 1)^3`. Around 0 for two samples of one distribution. Throws RangeError for fewer than two
 * vectors.
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
  if (features.length < 2) throw new RangeError(`features must be of at least two images, got ${features.length}`);
}

function meanOf(features: Features): Float64Array {
  checkCount(features);
  const mean = new Float64Array(features[0]?.length ?? 0);
  for (const row of features)
    for (const [i, value] of row.entries()) mean[i] = (mean[i] ?? 0) + value / features.length;
  return mean;
}

/** Subtracts the mean and divides by `sqrt(n - 1)`, so that inner products are covariances. */
function centred(features: Features, mean: Float64Array): Float64Array[] {
  const scale = 1 / Math.sqrt(features.length - 1);
  return features.map((row) => Float64Array.from(row, (value, i) => (value - (mean[i] ?? 0)) * scale));
}

/** One-sided Jacobi (Hestenes 1958): rotates pairs of rows until all are orthogonal; their lengths are the singular values. */
function singularValueSum(rows: Float64Array[]): number {
  for (let sweep = 0, isDone = false; sweep < MAX_SWEEPS && !isDone; sweep++) {
    isDone = true;
    for (const [i, p] of rows.entries()) {
      for (const q of rows.slice(i + 1)) {
        if (rotate(p, q)) isDone = false;
      }
    }
  }
  return rows.reduce((sum, row) => sum + Math.sqrt(dot(row, row)), 0);
}

/** Makes two rows orthogonal, in place. Returns false if they already are. */
function rotate(p: Float64Array, q: Float64Array): boolean {
  const [pp, qq, pq] = [dot(p, p), dot(q, q), dot(p, q)];
  if (Math.abs(pq) <= MAX_COSINE * Math.sqrt(pp * qq) || pq === 0) return false;
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
