// Turns four samples of up to four planes into a vector a sample, and back.

/** Vectors of the last {@link transpose}: lane k of its four arguments in the k-th. */
export let first: v128 = i64x2.splat(0);
export let second: v128 = i64x2.splat(0);
export let third: v128 = i64x2.splat(0);
export let fourth: v128 = i64x2.splat(0);

// @ts-ignore: decorator
@inline
export function transpose(a: v128, b: v128, c: v128, d: v128): void {
  const low = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const high = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const lowNext = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const highNext = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  first = v128.shuffle<i64>(low, lowNext, 0, 2);
  second = v128.shuffle<i64>(low, lowNext, 1, 3);
  third = v128.shuffle<i64>(high, highNext, 0, 2);
  fourth = v128.shuffle<i64>(high, highNext, 1, 3);
}
