import { COLUMNS, ROWS } from './layout';

/** 3x3 median filter of a flow `[2, 36, 64]` f32, x and y separately. Vectors at the edges are copied. */
export function medianInto(flow: usize, out: usize): void {
  memory.copy(out, flow, 8 * COLUMNS * ROWS);
  for (let row = 1; row < 2 * ROWS - 1; row++) {
    if (row === ROWS - 1 || row === ROWS) continue; // the last row of x and the first row of y
    for (let column = 1; column < COLUMNS - 1; column += 4) {
      const at = (row * COLUMNS + min(column, COLUMNS - 5)) * 4;
      v128.store(out + at, medianOf(flow + at));
    }
  }
}

/**
 * Four medians of 3x3 values at once: the median of the columns' largest minimum, median of medians and smallest
 * maximum.
 */
function medianOf(at: usize): v128 {
  const left = at - 4;
  const right = at + 4;
  const low = f32x4.max(f32x4.max(lowest(left), lowest(at)), lowest(right));
  const high = f32x4.min(f32x4.min(highest(left), highest(at)), highest(right));
  return middleOf(low, middleOf(middle(left), middle(at), middle(right)), high);
}

// @ts-ignore: decorator
@inline
function lowest(at: usize): v128 {
  return f32x4.min(f32x4.min(above(at), v128.load(at)), below(at));
}

// @ts-ignore: decorator
@inline
function highest(at: usize): v128 {
  return f32x4.max(f32x4.max(above(at), v128.load(at)), below(at));
}

// @ts-ignore: decorator
@inline
function middle(at: usize): v128 {
  return middleOf(above(at), v128.load(at), below(at));
}

// @ts-ignore: decorator
@inline
function middleOf(a: v128, b: v128, c: v128): v128 {
  return f32x4.max(f32x4.min(a, b), f32x4.min(f32x4.max(a, b), c));
}

// @ts-ignore: decorator
@inline
function above(at: usize): v128 {
  return v128.load(at - COLUMNS * 4);
}

// @ts-ignore: decorator
@inline
function below(at: usize): v128 {
  return v128.load(at + COLUMNS * 4);
}
