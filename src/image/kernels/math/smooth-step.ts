/** 0 below `from`, 1 above `to`, smooth between. */
// @ts-ignore: decorator
@inline
export function smoothStep(values: v128, from: f32, to: f32): v128 {
  const risen = f32x4.mul(f32x4.sub(values, f32x4.splat(from)), f32x4.splat(1 / (to - from)));
  const t = f32x4.pmin(f32x4.splat(1), f32x4.pmax(f32x4.splat(0), risen));
  return f32x4.mul(f32x4.mul(t, t), f32x4.sub(f32x4.splat(3), f32x4.add(t, t)));
}
