// One luma row.
import * as c from './constants';
import { lightUsesChroma, litCross } from './convert';
import { lumaColumns, lumaQuads, lumaWeights } from './geometry';
import * as at from './layout';
import { channelBytes, cornerWeights, hasCore, isLit, rowLights } from './rows';
import * as s from './samples';
import { lumaGrain } from './settings';

/** The numbers of the cells above and below two pixels, from the corners at `p` and `q`, between these cells' columns. */
// @ts-ignore: decorator
@inline
function acrossColumns(p: usize, q: usize, weights: usize, half: v128): v128 {
  const corners = v128.load64_lane(q, v128.load64_zero(p), 1);
  return i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(corners, v128.load(weights)), half), 14);
}

/** Four pixels' numbers of the corners `kind` bytes behind those of luma, with 14 fraction bits more. */
// @ts-ignore: decorator
@inline
function between(kind: usize, p0: usize, p1: usize, p2: usize, p3: usize, weights: usize): v128 {
  const half = v128.load(c.HALF_14);
  const low = acrossColumns(p0 + kind, p1 + kind, weights, half);
  const high = acrossColumns(p2 + kind, p3 + kind, weights + 16, half);
  return i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(low, high), cornerWeights);
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
  mixes: i32,
  lit: bool,
  record: usize,
  luma: usize,
  columns: usize,
  weights: usize,
  chroma: v128,
): v128 {
  const p0 = at.CORNERS + <usize>load<i32>(columns) + (<usize>load<u8>(luma) << 3);
  const p1 = at.CORNERS + <usize>load<i32>(columns, 4) + (<usize>load<u8>(luma, 1) << 3);
  const p2 = at.CORNERS + <usize>load<i32>(columns, 8) + (<usize>load<u8>(luma, 2) << 3);
  const p3 = at.CORNERS + <usize>load<i32>(columns, 12) + (<usize>load<u8>(luma, 3) << 3);
  let result = between(0, p0, p1, p2, p3, weights);
  if (mixes) {
    const u = i32x4.shr_s(between(at.CORNERS_BYTES, p0, p1, p2, p3, weights), 14);
    let v = i64x2.splat(0);
    if (mixes & at.FROM_V) v = i32x4.shl(between(2 * at.CORNERS_BYTES, p0, p1, p2, p3, weights), 2);
    const pairs = v128.bitselect(v, u, v128.load(c.HIGH_HALVES));
    result = i32x4.add(result, i32x4.shl(i32x4.dot_i16x8_s(pairs, chroma), 5));
  }
  result = i32x4.shr_s(i32x4.add(result, v128.load(c.LUMA_HALF)), 13);

  return lit && isLit(record) ? i32x4.add(result, light(record, luma, chroma)) : result;
}

// @ts-ignore: decorator
@inline
function lumaRow(mixes: i32, y: usize, u: usize, v: usize, out: usize, noise: usize, from: i32, to: i32): void {
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
  lumaRow(at.FROM_U | at.FROM_V, y, u, v, out, noise, from, to);
}

/** The same for rows that take nothing of V into luma. */
export function lumaRowWithU(y: usize, u: usize, v: usize, out: usize, noise: usize, from: i32, to: i32): void {
  lumaRow(at.FROM_U, y, u, v, out, noise, from, to);
}

/** The same for rows that keep chroma out of luma. */
export function lumaRowPlain(y: usize, u: usize, v: usize, out: usize, noise: usize, from: i32, to: i32): void {
  lumaRow(0, y, u, v, out, noise, from, to);
}
