// One luma row.
import * as c from './constants';
import { lightUsesChroma, litCross } from './convert';
import { lumaColumns, lumaQuads, lumaWeights } from './geometry';
import * as at from './layout';
import { channelBytes, cornerWeights, hasCore, isLit, rowLights } from './rows';
import * as s from './samples';
import { lumaGrain } from './settings';

/** What chroma adds to luma at the four cells around a pixel, 3 fraction bits; `chroma` is its U and V, four times. */
// @ts-ignore: decorator
@inline
function crossOf(p: usize, chroma: v128): v128 {
  const cross = i32x4.dot_i16x8_s(v128.load(p << 1, at.CROSS_CORNERS), chroma);
  return i32x4.shr_s(i32x4.add(cross, v128.load(c.CROSS_HALF)), 9);
}

/**
 * Two pixels' luma between their columns of cells, at the cells above and below, 3 fraction bits; `p` and `q` are the
 * pixels' places in CORNERS, `chroma` is the U and V of both, four times.
 */
// @ts-ignore: decorator
@inline
function acrossColumns(mixes: bool, p: usize, q: usize, weights: usize, chroma: v128): v128 {
  let corners = v128.load64_lane(q, v128.load64_zero(p, at.CORNERS), 1, at.CORNERS);
  if (mixes) corners = i16x8.add_sat_s(corners, i16x8.narrow_i32x4_s(crossOf(p, chroma), crossOf(q, chroma)));
  return i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(corners, v128.load(weights)), v128.load(c.HALF_14)), 14);
}

/** Light on the four pixels from `luma` on, 4 fraction bits. */
// @ts-ignore: decorator
@inline
function light(record: usize, luma: usize, chroma: v128): v128 {
  const taps = rowLights + load<i32>(record, 12);
  let sum = i32x4.add(s.lightsAt(v128.load(taps + channelBytes), record), v128.load(c.LIGHT_HALF));
  if (hasCore(record)) {
    let day = i32x4.shl(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(luma))), 6);
    if (lightUsesChroma) day = i32x4.add(day, i32x4.shr_s(i32x4.dot_i16x8_s(chroma, litCross), 9));
    const core = i32x4.dot_i16x8_s(s.litGain(s.lightsAt(v128.load(taps), record)), day);
    sum = i32x4.add(sum, i32x4.shl(core, 1));
  }
  return i32x4.shr_s(sum, 15);
}

/**
 * The four pixels from `luma` on, codes with 4 fraction bits and half a code; `columns` and `weights` are theirs, `chroma`
 * holds their U and V as pairs.
 */
// @ts-ignore: decorator
@inline
function lumaQuad(
  mixes: bool,
  lit: bool,
  record: usize,
  luma: usize,
  columns: usize,
  weights: usize,
  chroma: v128,
): v128 {
  const p0 = <usize>load<i32>(columns) + (<usize>load<u8>(luma) << 3);
  const p1 = <usize>load<i32>(columns, 4) + (<usize>load<u8>(luma, 1) << 3);
  const p2 = <usize>load<i32>(columns, 8) + (<usize>load<u8>(luma, 2) << 3);
  const p3 = <usize>load<i32>(columns, 12) + (<usize>load<u8>(luma, 3) << 3);
  const low = acrossColumns(mixes, p0, p1, weights, v128.shuffle<i32>(chroma, chroma, 0, 0, 0, 0));
  const high = acrossColumns(mixes, p2, p3, weights + 16, v128.shuffle<i32>(chroma, chroma, 2, 2, 2, 2));
  const sum = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(low, high), cornerWeights);
  const result = i32x4.shr_s(i32x4.add(sum, v128.load(c.LUMA_HALF)), 13);
  return lit && isLit(record) ? i32x4.add(result, light(record, luma, chroma)) : result;
}

// @ts-ignore: decorator
@inline
function lumaRow(mixes: bool, y: usize, u: usize, v: usize, out: usize, noise: usize, from: i32, to: i32): void {
  const gain = i16x8.splat(<i16>lumaGrain);
  const lit = rowLights != 0;
  for (let x = from; x < to; x += 8) {
    const record = lumaQuads + (x >> 2) * at.QUAD_BYTES;
    let chroma = i64x2.splat(0);
    if (mixes || lit) chroma = s.chromaPairs(u + (x >> 1), v + (x >> 1));
    const columns = lumaColumns + x * 4;
    const weights = lumaWeights + x * 8;
    const lowChroma = v128.shuffle<i32>(chroma, chroma, 0, 0, 1, 1);
    const highChroma = v128.shuffle<i32>(chroma, chroma, 2, 2, 3, 3);
    const low = lumaQuad(mixes, lit, record, y + x, columns, weights, lowChroma);
    const high = lumaQuad(mixes, lit, record + at.QUAD_BYTES, y + x + 4, columns + 16, weights + 32, highChroma);
    v128.store64_lane(out + x, s.toBytes(low, high, v128.load8x8_s(noise + x), gain), 0);
  }
}

/** Renders columns `from` to `to` (a multiple of 8 each) of a luma row; `u` and `v` are the day's chroma. */
export function lumaRowMixed(y: usize, u: usize, v: usize, out: usize, noise: usize, from: i32, to: i32): void {
  lumaRow(true, y, u, v, out, noise, from, to);
}

/** The same for rows that keep chroma out of luma. */
export function lumaRowPlain(y: usize, u: usize, v: usize, out: usize, noise: usize, from: i32, to: i32): void {
  lumaRow(false, y, u, v, out, noise, from, to);
}
