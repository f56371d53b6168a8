// The inverse of a symmetric positive 4x4 matrix.
import { SYMMETRIC } from './layout';
import { entry } from './curve';

/** f64 `[4, 4]` each: the factor, and its inverse. */
const FACTOR: usize = 128;
const INVERSE: usize = FACTOR + 128;

// @ts-ignore: decorator
@inline
function at(base: usize, row: i32, column: i32): usize {
  return base + (row * 4 + column) * 8;
}

/** Writes the inverse of a symmetric matrix, by its Cholesky factor. */
export function invert(matrix: usize, out: usize): void {
  for (let j = 0; j < 4; j++) {
    for (let i = j; i < 4; i++) {
      let sum = <f64>load<f32>(matrix + entry(j, i));
      for (let k = 0; k < j; k++) sum -= load<f64>(at(FACTOR, i, k)) * load<f64>(at(FACTOR, j, k));
      // Rounding may leave less than nothing of what the float32 sums cannot resolve.
      const least = 1e-6 * <f64>load<f32>(matrix + entry(j, j)) + 1e-12;
      store<f64>(at(FACTOR, i, j), i == j ? Math.sqrt(max(sum, least)) : sum / load<f64>(at(FACTOR, j, j)));
    }
  }
  for (let j = 0; j < 4; j++) {
    for (let i = j; i < 4; i++) {
      let sum: f64 = i == j ? 1 : 0;
      for (let k = j; k < i; k++) sum -= load<f64>(at(FACTOR, i, k)) * load<f64>(at(INVERSE, k, j));
      store<f64>(at(INVERSE, i, j), sum / load<f64>(at(FACTOR, i, i)));
    }
  }
  memory.fill(out, 0, SYMMETRIC);
  for (let a = 0; a < 4; a++) {
    for (let b = a; b < 4; b++) {
      let sum: f64 = 0;
      for (let k = b; k < 4; k++) sum += load<f64>(at(INVERSE, k, a)) * load<f64>(at(INVERSE, k, b));
      store<f32>(out + entry(a, b), <f32>sum);
    }
  }
}
