// Flood fill with decay: values spread along rows and from row to row, and get weaker with each sample they enter.

/** Shift lanes by one or two, up (towards larger columns) or down, and fill with lanes of `fill`. */
// @ts-ignore: decorator
@inline
function up1(a: v128, fill: v128): v128 {
  return v128.shuffle<i32>(a, fill, 4, 0, 1, 2);
}
// @ts-ignore: decorator
@inline
function up2(a: v128, fill: v128): v128 {
  return v128.shuffle<i32>(a, fill, 4, 4, 0, 1);
}
// @ts-ignore: decorator
@inline
function down1(a: v128, fill: v128): v128 {
  return v128.shuffle<i32>(a, fill, 1, 2, 3, 4);
}
// @ts-ignore: decorator
@inline
function down2(a: v128, fill: v128): v128 {
  return v128.shuffle<i32>(a, fill, 2, 3, 4, 4);
}

/** Spreads to the right: a sample becomes the larger of itself and of its left neighbour times its own weight. */
function floodRight(row: usize, weights: usize, bytes: usize): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  let carry = zero;
  for (let x: usize = 0; x < bytes; x += 16) {
    // From one lane before, from two lanes before, and from the last lane of the previous vector.
    const weight = v128.load(weights + x);
    const pair = f32x4.mul(weight, up1(weight, one));
    let a = v128.load(row + x);
    a = f32x4.pmax(a, f32x4.mul(up1(a, zero), weight));
    a = f32x4.pmax(a, f32x4.mul(up2(a, zero), pair));
    a = f32x4.pmax(a, f32x4.mul(carry, f32x4.mul(pair, up2(pair, one))));
    v128.store(row + x, a);
    carry = v128.shuffle<i32>(a, a, 3, 3, 3, 3);
  }
}

/** Spreads to the left, as {@link floodRight}. */
function floodLeft(row: usize, weights: usize, bytes: usize): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  let carry = zero;
  for (let x = bytes; x > 0; x -= 16) {
    const weight = v128.load(weights + x - 16);
    const pair = f32x4.mul(weight, down1(weight, one));
    let a = v128.load(row + x - 16);
    a = f32x4.pmax(a, f32x4.mul(down1(a, zero), weight));
    a = f32x4.pmax(a, f32x4.mul(down2(a, zero), pair));
    a = f32x4.pmax(a, f32x4.mul(carry, f32x4.mul(pair, down2(pair, one))));
    v128.store(row + x - 16, a);
    carry = v128.shuffle<i32>(a, a, 0, 0, 0, 0);
  }
}

/** Spreads from the neighbouring row `from` into `row`. */
function floodAcross(row: usize, from: usize, weights: usize, bytes: usize): void {
  for (let x: usize = 0; x < bytes; x += 16) {
    v128.store(row + x, f32x4.pmax(v128.load(row + x), f32x4.mul(v128.load(from + x), v128.load(weights + x))));
  }
}

/**
 * Spreads values of 0 or more through `plane` `[height, width]` in place: row by row down, then up; in each row to the right,
 * then to the left. `weights`, 0 to 1, scales what enters each sample. `width` is a multiple of four.
 */
export function flood(plane: usize, weights: usize, width: i32, height: i32): void {
  const bytes = <usize>(width * 4);
  for (let y = 0; y < height; y++) {
    const at: usize = <usize>y * bytes;
    if (y > 0) floodAcross(plane + at, plane + at - bytes, weights + at, bytes);
    floodRight(plane + at, weights + at, bytes);
    floodLeft(plane + at, weights + at, bytes);
  }
  for (let y = height - 2; y >= 0; y--) {
    const at: usize = <usize>y * bytes;
    floodAcross(plane + at, plane + at + bytes, weights + at, bytes);
    floodRight(plane + at, weights + at, bytes);
    floodLeft(plane + at, weights + at, bytes);
  }
}
