// Arithmetic that luma and chroma rows share, on four samples in 32-bit lanes. A `pair` holds two i16 a lane: the values for
// the luma bins below and above the guide. Sums have 19 fraction bits.
import * as at from './layout';

/** Loads U and V of four samples as pairs of signed i16. */
// @ts-ignore: decorator
@inline
export function chromaPairs(u: usize, v: usize): v128 {
  const low = v128.load32_zero(u);
  const high = v128.load32_zero(v);
  const codes = v128.shuffle<i8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  return i16x8.extend_low_i8x16_s(v128.xor(codes, v128.load(at.SIGN)));
}

/** Returns chroma samples (signed, shifted left by 8, in both halves of a lane) times both weights, 7 fraction bits. */
// @ts-ignore: decorator
@inline
export function chromaPair(weights: v128, chroma: v128): v128 {
  return i16x8.q15mulr_sat_s(weights, chroma);
}

/**
 * Returns `A Y + B U + C V + D` of one grid column; `table` is the address of A's table. `hasA`, `hasB`, `hasC` skip
 * zero terms.
 */
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

/** Returns a sum as float, times a weight. */
// @ts-ignore: decorator
@inline
export function weighted(sum: v128, weights: usize): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load(weights));
}

/** Returns one lights channel at four samples; `taps` holds its eight samples from the record's first tap on. */
// @ts-ignore: decorator
@inline
export function lightsAt(taps: v128, record: usize): v128 {
  return i32x4.dot_i16x8_s(i8x16.swizzle(taps, v128.load(record, 16)), v128.load(record, 32));
}

/** Rounds four results with 4 fraction bits and adds half a code value for the shift that follows. */
// @ts-ignore: decorator
@inline
export function toFixed(result: v128): v128 {
  // 1.5 * 2^23 moves the integer into the low bits of the mantissa; sums stay far below 2^22.
  return i32x4.sub(f32x4.add(result, v128.load(at.FLOAT_MAGIC)), v128.load(at.MAGIC_BITS));
}

/** Loads four chroma codes as signed samples shifted left by 8, each in both halves of a 32-bit lane. */
// @ts-ignore: decorator
@inline
export function signedChroma(codes: usize): v128 {
  const signed = v128.xor(v128.load32_zero(codes), v128.load(at.SIGN));
  const shifted = v128.shuffle<i8>(i64x2.splat(0), signed, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  return v128.shuffle<i16>(shifted, shifted, 0, 0, 1, 1, 2, 2, 3, 3);
}

/** Rounds a core with 26 fraction bits to a gain with 12. */
// @ts-ignore: decorator
@inline
export function litGain(core: v128): v128 {
  return i32x4.shr_u(i32x4.add(core, v128.load(at.HALF_14)), 14);
}

/** Returns a sum as float with 4 fraction bits. */
// @ts-ignore: decorator
@inline
export function toOutput(sum: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load(at.OUTPUT_SCALE));
}

/** Returns eight results as bytes, plus eight bytes of noise times a gain. */
// @ts-ignore: decorator
@inline
export function toBytes(low: v128, high: v128, noise: v128, gain: v128): v128 {
  const grain = i16x8.shr_s(i16x8.add(i16x8.mul(noise, gain), v128.load(at.GRAIN_HALF)), 6);
  const code = i16x8.shr_s(i16x8.add_sat_s(i16x8.narrow_i32x4_s(low, high), grain), 4);
  return i8x16.narrow_i16x8_u(code, code);
}
