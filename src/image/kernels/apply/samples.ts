// The steps that luma and chroma rows share, four samples at a time in 32-bit lanes. A `pair` holds two i16 a lane: what
// counts for the luma bin below the guide, and for the bin above. Sums carry 19 fraction bits.
import * as at from './layout';

/** Guide of a sample, its bin and the share of the next bin: a fixed-point number with 24 fraction bits. */
// @ts-ignore: decorator
@inline
export function binMask(guide: v128): v128 {
  const bin = i8x16.swizzle(guide, i8x16(3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15));
  return i8x16.add(i8x16.add(bin, bin), i8x16(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3));
}

/** The share of the next bin, 14 bits, in both halves of each lane. */
// @ts-ignore: decorator
@inline
export function nextShare(guide: v128): v128 {
  return i16x8.shr_u(i8x16.swizzle(guide, i8x16(1, 2, 1, 2, 5, 6, 5, 6, 9, 10, 9, 10, 13, 14, 13, 14)), 2);
}

/** Weights of both bins, from {@link nextShare}. */
// @ts-ignore: decorator
@inline
export function weightPair(share: v128): v128 {
  const flipped = v128.xor(share, i16x8(-1, 0, -1, 0, -1, 0, -1, 0));
  return i16x8.add(flipped, i16x8(16385, 0, 16385, 0, 16385, 0, 16385, 0));
}

/** Low halves of `low`, high halves of `high`. */
// @ts-ignore: decorator
@inline
export function joined(low: v128, high: v128): v128 {
  return v128.shuffle<i16>(low, high, 0, 9, 2, 11, 4, 13, 6, 15);
}

/** A chroma sample (signed, shifted left by 8, in the low half) times both weights, 7 fraction bits. */
// @ts-ignore: decorator
@inline
export function chromaPair(share: v128, chroma: v128): v128 {
  const next = i32x4.add(i32x4.dot_i16x8_s(share, chroma), i32x4.splat(16384));
  return joined(i16x8.sub(i16x8.shr_s(chroma, 1), i32x4.shr_s(next, 15)), i32x4.shl(next, 1));
}

/** `A Y + B U + C V + D` of one grid column; `table` is the address of A's table. */
// @ts-ignore: decorator
@inline
export function affine(table: usize, mask: v128, y: v128, u: v128, v: v128, one: v128): v128 {
  return i32x4.add(
    i32x4.add(term(table, mask, y), term(table + at.TABLE_BYTES, mask, u)),
    i32x4.add(term(table + 2 * at.TABLE_BYTES, mask, v), term(table + 3 * at.TABLE_BYTES, mask, one)),
  );
}

/** `A Y + D` of one grid column. */
// @ts-ignore: decorator
@inline
export function affineOfLuma(table: usize, mask: v128, y: v128, one: v128): v128 {
  return i32x4.add(term(table, mask, y), term(table + 3 * at.TABLE_BYTES, mask, one));
}

// @ts-ignore: decorator
@inline
function term(table: usize, mask: v128, pair: v128): v128 {
  return i32x4.dot_i16x8_s(i8x16.swizzle(v128.load(table), mask), pair);
}

/** A sum as float, times a weight. */
// @ts-ignore: decorator
@inline
export function weighted(sum: v128, weights: usize): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load(weights));
}

/** One lights channel at four samples; `taps` are its eight samples from the record's first tap on. */
// @ts-ignore: decorator
@inline
export function lightsAt(taps: v128, record: usize): v128 {
  return i32x4.dot_i16x8_s(i8x16.swizzle(taps, v128.load(record, 16)), v128.load(record, 32));
}

/** Rounds four results of 4 fraction bits; half a code value is added for the shift that follows. */
// @ts-ignore: decorator
@inline
export function toFixed(result: v128): v128 {
  // 1.5 * 2^23 moves the integer into the mantissa's low bits; sums stay far below 2^22
  return i32x4.sub(f32x4.add(result, f32x4.splat(12582912 + 8)), i32x4.splat(0x4b400000));
}

/** Adds grain to eight results and stores them as bytes. */
// @ts-ignore: decorator
@inline
export function storeEight(to: usize, low: v128, high: v128, noise: usize, gain: v128): void {
  const grain = i16x8.shr_s(i16x8.add(i16x8.mul(v128.load8x8_s(noise), gain), i16x8.splat(32)), 6);
  const code = i16x8.shr_s(i16x8.add_sat_s(i16x8.narrow_i32x4_s(low, high), grain), 4);
  v128.store64_lane(to, i8x16.narrow_i16x8_u(code, code), 0);
}
