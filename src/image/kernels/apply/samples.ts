// The steps that luma and chroma rows share, four samples at a time in 32-bit lanes. A `pair` holds two i16 a lane: what
// counts for the luma bin below the guide, and for the bin above. Sums carry 19 fraction bits.
import * as c from './constants';
import * as at from './layout';

/** Four samples' U and V as pairs of i16, signed. */
// @ts-ignore: decorator
@inline
export function chromaPairs(u: usize, v: usize): v128 {
  const low = v128.load32_zero(u);
  const high = v128.load32_zero(v);
  const codes = v128.shuffle<i8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  return i16x8.extend_low_i8x16_s(v128.xor(codes, v128.load(c.SIGN)));
}

/** A chroma sample (signed, shifted left by 8, in both halves) times both weights, 7 fraction bits. */
// @ts-ignore: decorator
@inline
export function chromaPair(weights: v128, chroma: v128): v128 {
  return i16x8.q15mulr_sat_s(weights, chroma);
}

/** `A Y + B U + C V + D` of one grid column; `table` is the address of A's table. Zeros are left out: A, and B or C. */
// @ts-ignore: decorator
@inline
export function affine(
  table: usize,
  mask: v128,
  hasA: bool,
  y: v128,
  hasB: bool,
  u: v128,
  hasC: bool,
  v: v128,
  one: v128,
): v128 {
  let sum = term(table + 3 * at.TABLE_BYTES, mask, one);
  if (hasA) sum = i32x4.add(sum, term(table, mask, y));
  if (hasB) sum = i32x4.add(sum, term(table + at.TABLE_BYTES, mask, u));
  if (hasC) sum = i32x4.add(sum, term(table + 2 * at.TABLE_BYTES, mask, v));
  return sum;
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
  return i32x4.sub(f32x4.add(result, v128.load(c.FLOAT_MAGIC)), v128.load(c.MAGIC_BITS));
}

/** Four chroma codes as signed samples shifted left by 8, each in both halves of a 32-bit lane. */
// @ts-ignore: decorator
@inline
export function signedChroma(codes: usize): v128 {
  const signed = v128.xor(v128.load32_zero(codes), v128.load(c.SIGN));
  const shifted = v128.shuffle<i8>(i64x2.splat(0), signed, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  return v128.shuffle<i16>(shifted, shifted, 0, 0, 1, 1, 2, 2, 3, 3);
}

/** A gain of 12 fraction bits from a core of 26. */
// @ts-ignore: decorator
@inline
export function litGain(core: v128): v128 {
  return i32x4.shr_u(i32x4.add(core, v128.load(c.HALF_14)), 14);
}

/** A sum as float with 4 fraction bits. */
// @ts-ignore: decorator
@inline
export function toOutput(sum: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load(c.OUTPUT_SCALE));
}

/** Eight results as bytes, with eight bytes of noise times a gain added. */
// @ts-ignore: decorator
@inline
export function toBytes(low: v128, high: v128, noise: v128, gain: v128): v128 {
  const grain = i16x8.shr_s(i16x8.add(i16x8.mul(noise, gain), v128.load(c.GRAIN_HALF)), 6);
  const code = i16x8.shr_s(i16x8.add_sat_s(i16x8.narrow_i32x4_s(low, high), grain), 4);
  return i8x16.narrow_i16x8_u(code, code);
}
