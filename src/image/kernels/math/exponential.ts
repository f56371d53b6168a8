// Exponential and logarithm of four floats.

/** 1.5 * 2^23 moves a float's integer into the low bits of its mantissa. */
export const MAGIC: f32 = 12582912;

/** Returns 2 to the power of `x`, relative error 4e-6; from 2^-100 on. */
// @ts-ignore: decorator
@inline
export function exp2(x: v128): v128 {
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
export function log2(x: v128): v128 {
  const exponent = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(x, 23), i32x4.splat(127)));
  const mantissa = v128.or(v128.and(x, i32x4.splat(0x7fffff)), i32x4.splat(0x3f800000));
  const f = f32x4.sub(mantissa, f32x4.splat(1));
  let p = f32x4.add(f32x4.mul(f, f32x4.splat(0.04638469)), f32x4.splat(-0.196268));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.4175944));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(-0.70966238));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1.44196558));
  return f32x4.add(exponent, f32x4.mul(p, f));
}
