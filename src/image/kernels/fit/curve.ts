// The tone curve of the whole image: a grid of one row and one column, which cells without samples follow.
import { AFFINE, BINS, CURVE, CURVE_MATRICES, CURVE_RIGHT, DENSE, GAPS, SYMMETRIC, TYPICAL } from './layout';

/** Unknowns of the curve for one output. */
const SIZE: i32 = 4 * BINS;
const SOLUTIONS: usize = DENSE + SIZE * SIZE * 8;
/** How strongly a bin follows the next one, in samples of 65536. */
const SMOOTHNESS: f64 = 4;
/** How strongly a transform is drawn to zero, in samples: where no sample says anything. */
const RIDGE: f64 = 0.01;
/** Spread of luma within a bin, and of chroma, where samples say nothing. */
const LUMA_SPREAD: f64 = 0.08;
const CHROMA_SPREAD: f64 = 0.05;
/** Weight of these spreads in {@link TYPICAL}, in samples. */
const PRIOR: f64 = 30;

/** Index of an entry of a symmetric 4x4 matrix. */
// @ts-ignore: decorator
@inline
export function entry(a: i32, b: i32): usize {
  const low = min(a, b);
  const high = max(a, b);
  return (low * 4 + high - ((low * (low + 1)) >> 1)) * 4;
}

/** Mean product of two inputs at a luma, where samples say nothing. */
function nominal(luma: f64, a: i32, b: i32): f64 {
  if (a == b) {
    if (a == 0) return luma * luma + LUMA_SPREAD * LUMA_SPREAD;
    return a == 3 ? 1 : CHROMA_SPREAD * CHROMA_SPREAD;
  }
  return a + b == 3 && a * b == 0 ? luma : 0;
}

// @ts-ignore: decorator
@inline
function dense(row: i32, column: i32): usize {
  return DENSE + (row * SIZE + column) * 8;
}

function add(row: i32, column: i32, value: f64): void {
  const at = dense(row, column);
  store<f64>(at, load<f64>(at) + value);
}

/** Solves the curve. @param unit weight of one sample of 65536. */
export function solveCurve(unit: f64): void {
  memory.fill(DENSE, 0, SIZE * SIZE * 8);
  for (let bin = 0; bin < BINS; bin++) {
    const own = CURVE_MATRICES + 2 * bin * SYMMETRIC;
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) {
        const row = 4 * bin + a;
        const column = 4 * bin + b;
        add(row, column, <f64>load<f32>(own + entry(a, b)) + RIDGE * unit * nominal(<f64>bin / GAPS, a, b));
        if (bin == GAPS) continue;
        const pull = SMOOTHNESS * unit * nominal((<f64>bin + 0.5) / GAPS, a, b);
        add(row, column, pull);
        add(row + 4, column + 4, pull);
        add(row + 4, column, <f64>load<f32>(own + SYMMETRIC + entry(a, b)) - pull); // the lower triangle
      }
      for (let c = 0; c < 4; c++) {
        store<f64>(SOLUTIONS + ((4 * bin + a) * 4 + c) * 8, <f64>load<f32>(CURVE_RIGHT + bin * AFFINE + a * 16 + c * 4));
      }
    }
  }
  factor();
  for (let c = 0; c < 3; c++) substitute(c);
  writeTypical(unit);
}

/** Cholesky factor, in the lower triangle. */
function factor(): void {
  for (let j = 0; j < SIZE; j++) {
    for (let i = j; i < SIZE; i++) {
      let sum = load<f64>(dense(i, j));
      for (let k = 0; k < j; k++) sum -= load<f64>(dense(i, k)) * load<f64>(dense(j, k));
      store<f64>(dense(i, j), i == j ? Math.sqrt(max(sum, 1e-12)) : sum / load<f64>(dense(j, j)));
    }
  }
}

/** Solves one output by forward and backward substitution and writes it to the curve. */
function substitute(output: i32): void {
  const at = SOLUTIONS + output * 8;
  for (let i = 0; i < SIZE; i++) {
    let sum = load<f64>(at + i * 32);
    for (let k = 0; k < i; k++) sum -= load<f64>(dense(i, k)) * load<f64>(at + k * 32);
    store<f64>(at + i * 32, sum / load<f64>(dense(i, i)));
  }
  for (let i = SIZE - 1; i >= 0; i--) {
    let sum = load<f64>(at + i * 32);
    for (let k = i + 1; k < SIZE; k++) sum -= load<f64>(dense(k, i)) * load<f64>(at + k * 32);
    store<f64>(at + i * 32, sum / load<f64>(dense(i, i)));
    store<f32>(CURVE + i * 16 + output * 4, <f32>load<f64>(at + i * 32));
  }
}

function writeTypical(unit: f64): void {
  for (let bin = 0; bin < BINS; bin++) {
    const own = CURVE_MATRICES + 2 * bin * SYMMETRIC;
    const scale = 1 / (<f64>load<f32>(own + 36) + PRIOR * unit);
    for (let a = 0; a < 4; a++) {
      for (let b = a; b < 4; b++) {
        const sum = <f64>load<f32>(own + entry(a, b)) + PRIOR * unit * nominal(<f64>bin / GAPS, a, b);
        // What few samples vary in they say little about: without this, noise would become slopes of chroma.
        const more = a == b && (a == 1 || a == 2) ? CHROMA_SPREAD * CHROMA_SPREAD : 0;
        store<f32>(TYPICAL + bin * SYMMETRIC + entry(a, b), <f32>(scale * sum + more));
      }
    }
  }
}
