// Box blur: sums over windows of a row, then of a column. Each window is summed independently, so rounding errors do not
// accumulate.
import { SCALES, SCRATCH } from './layout';
import { pad, pitch, unpad } from './padded';

/** Returns one over the number of averaged samples: all of the window, or only those inside `[0, length)`. */
function scaleOf(at: i32, radius: i32, length: i32, inside: bool): f32 {
  let count: i32 = 2 * radius + 1;
  if (inside) count = min(length - 1, at + radius) - max(0, at - radius) + 1;
  return 1 / <f32>count;
}

/** Returns four sums of `count` samples each, `step` bytes apart. */
// @ts-ignore: decorator
@inline
function sum(from: usize, step: usize, count: i32): v128 {
  let total = v128.load(from);
  for (let k = 1; k < count; k++) {
    from += step;
    total = f32x4.add(total, v128.load(from));
  }
  return total;
}

/**
 * Box blur over `2 * radiusX + 1` by `2 * radiusY + 1` samples. Samples outside the plane are 0, or are ignored where
 * `inside`. `out` may be `source`.
 */
export function boxBlur(
  source: usize,
  out: usize,
  width: i32,
  height: i32,
  radiusX: i32,
  radiusY: i32,
  inside: bool,
): void {
  pad(source, width, height, radiusX, radiusY, 0);
  const row = pitch * 4;
  const columns = ((width + 3) & ~3) * 4;
  for (let x = 0; x < width; x++) store<f32>(SCALES + x * 4, scaleOf(x, radiusX, width, inside));
  for (let y = 0; y < height; y++) {
    const start = SCRATCH + (radiusY + y) * row;
    for (let x = 0; x < columns; x += 16) {
      v128.store(start + x, f32x4.mul(sum(start + x, 4, 2 * radiusX + 1), v128.load(SCALES + x)));
    }
  }
  for (let y = 0; y < height; y++) {
    const start = SCRATCH + y * row;
    const scale = f32x4.splat(scaleOf(y, radiusY, height, inside));
    for (let x = 0; x < columns; x += 16) {
      v128.store(start + x, f32x4.mul(sum(start + x, row, 2 * radiusY + 1), scale));
    }
  }
  unpad(out, width, height);
}
