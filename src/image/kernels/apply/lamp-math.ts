// Bells and powers of four floats, and their way to packed integers.
import { exp2, log2, MAGIC } from '../math/exponential';

const MAGIC_BITS: i32 = 0x4b400000;
/** -0.5 / ln 2: from half a square to an exponent of 2. */
const HALF_IN_OCTAVES: f32 = -0.72134752;

/** Returns `exp(-squared / 2)`. */
// @ts-ignore: decorator
@inline
export function bell(squared: v128): v128 {
  return exp2(f32x4.mul(squared, f32x4.splat(HALF_IN_OCTAVES)));
}

/** Returns `x` to the power of `exponent`. */
// @ts-ignore: decorator
@inline
export function power(x: v128, exponent: v128): v128 {
  return exp2(f32x4.mul(log2(x), exponent));
}

/** Returns products below 2^22 as packed integers, rounded and saturated: both factors' lanes 0 to 3, then 4 to 7. */
// @ts-ignore: decorator
@inline
export function packed(low: v128, high: v128, factor: v128): v128 {
  const magic = f32x4.splat(MAGIC);
  const bits = i32x4.splat(MAGIC_BITS);
  const first = i32x4.sub(f32x4.add(f32x4.mul(low, factor), magic), bits);
  return i16x8.narrow_i32x4_s(first, i32x4.sub(f32x4.add(f32x4.mul(high, factor), magic), bits));
}
