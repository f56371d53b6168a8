// Exponential and logarithm of four floats, and their way to packed integers.

/** 1.5 * 2^23 moves a float's integer into the low bits of its mantissa. */
export const MAGIC: f32 = 12582912;
const MAGIC_BITS: i32 = 0x4b400000;
/** -0.5 / ln 2: from half a square to an exponent of 2. */
const HALF_IN_OCTAVES: f32 = -0.72134752;

/** Returns 2 to the power of `x`, relative error 4e-6; from 2^-100 on. */
// @ts-ignore: decorator
@inline
function exp2(x: v128): v128 {
  const cut = f32x4.max(x, f32x4.splat(-100));
  const whole = f32x4.floor(cut);
  const f = f32x4.sub(cut, whole);
  let p = f32x4.add(f32x4.mul(f, f32x4.splat(0.01369766)), f32x4.splat(0.05169037));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.24163844));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.6929661));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1.0000037));
  return i32x4.add(p, i32x4.shl(f32x4.add(whole, f32x4.splat(MAGIC)), 23));
}

/** Returns the binary logarithm of `x`, 0 or more; absolute error 1.5e-5. */
// @ts-ignore: decorator
@inline
function log2(x: v128): v128 {
  const exponent = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(x, 23), i32x4.splat(127)));
  const mantissa = v128.or(v128.and(x, i32x4.splat(0x7fffff)), i32x4.splat(0x3f800000));
  const f = f32x4.sub(mantissa, f32x4.splat(1));
  let p = f32x4.add(f32x4.mul(f, f32x4.splat(0.04638469)), f32x4.splat(-0.196268));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.4175944));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(-0.70966238));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1.44196558));
  return f32x4.add(exponent, f32x4.mul(p, f));
}

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
