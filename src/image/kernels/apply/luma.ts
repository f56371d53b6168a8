// One luma row.
import { lightUsesChroma, litCross } from './convert';
import { lumaQuads } from './geometry';
import * as at from './layout';
import { channelBytes, isLit, rowLights, rowTables } from './rows';
import * as s from './samples';
import { lumaGrain } from './settings';

/** Row of LUMA_CODES of a pixel. */
// @ts-ignore: decorator
@inline
function codesOf(luma: usize): v128 {
  return v128.load(at.LUMA_CODES + (<usize>load<u8>(luma) << 4));
}

// @ts-ignore: decorator
@inline
function lumaOf(mixed: bool, table: usize, mask: v128, y: v128, u: v128, v: v128, one: v128): v128 {
  return mixed ? s.affine(table, mask, y, u, v, one) : s.affineOfLuma(table, mask, y, one);
}

/** The four pixels from `luma` on; `u` and `v` as `signedChroma` makes them. */
// @ts-ignore: decorator
@inline
function lumaQuad(mixed: bool, lit: bool, record: usize, luma: usize, u: v128, v: v128): v128 {
  const p0 = codesOf(luma);
  const p1 = codesOf(luma + 1);
  const p2 = codesOf(luma + 2);
  const p3 = codesOf(luma + 3);
  const left01 = v128.shuffle<i32>(p0, p1, 0, 4, 1, 5);
  const left23 = v128.shuffle<i32>(p2, p3, 0, 4, 1, 5);
  const right01 = v128.shuffle<i32>(p0, p1, 2, 6, 3, 7);
  const right23 = v128.shuffle<i32>(p2, p3, 2, 6, 3, 7);
  const mask = v128.shuffle<i64>(left01, left23, 0, 2);
  const one = v128.shuffle<i64>(left01, left23, 1, 3);
  const y = v128.shuffle<i64>(right01, right23, 0, 2);
  const pairU = mixed ? s.chromaPair(one, u) : u;
  const pairV = mixed ? s.chromaPair(one, v) : v;

  let table = rowTables + load<i32>(record);
  let weights: usize = load<i32>(record, 8);
  const end = weights + 16 * load<i32>(record, 4);
  let result = s.weighted(lumaOf(mixed, table, mask, y, pairU, pairV, one), weights);
  for (weights += 16; weights < end; weights += 16) {
    table += at.COLUMN_BYTES;
    result = f32x4.add(result, s.weighted(lumaOf(mixed, table, mask, y, pairU, pairV, one), weights));
  }

  if (lit) {
    const taps = rowLights + load<i32>(record, 12);
    let day = v128.shuffle<i64>(right01, right23, 1, 3);
    if (lightUsesChroma) day = i32x4.add(day, i32x4.shr_s(i32x4.dot_i16x8_s(s.joined(u, v), litCross), 17));
    const core = i32x4.dot_i16x8_s(s.litGain(s.lightsAt(v128.load(taps), record)), day);
    const halo = s.lightsAt(v128.load(taps + channelBytes), record);
    result = f32x4.add(result, s.toOutput(i32x4.add(i32x4.shl(core, 1), halo)));
  }
  return s.toFixed(result);
}

// @ts-ignore: decorator
@inline
function lumaRow(mixed: bool, y: usize, u: usize, v: usize, out: usize, noise: usize, from: i32, to: i32): void {
  const gain = i16x8.splat(<i16>lumaGrain);
  const lights = rowLights;
  for (let x = from; x < to; x += 8) {
    const record = lumaQuads + (x >> 2) * at.QUAD_BYTES;
    const lit = lights != 0 && (isLit(record) || isLit(record + at.QUAD_BYTES));
    const dayU = s.signedChroma(u + (x >> 1));
    const dayV = s.signedChroma(v + (x >> 1));
    const lowU = v128.shuffle<i32>(dayU, dayU, 0, 0, 1, 1);
    const lowV = v128.shuffle<i32>(dayV, dayV, 0, 0, 1, 1);
    const highU = v128.shuffle<i32>(dayU, dayU, 2, 2, 3, 3);
    const highV = v128.shuffle<i32>(dayV, dayV, 2, 2, 3, 3);
    const low = lumaQuad(mixed, lit, record, y + x, lowU, lowV);
    const high = lumaQuad(mixed, lit, record + at.QUAD_BYTES, y + x + 4, highU, highV);
    v128.store64_lane(out + x, s.toBytes(low, high, v128.load8x8_s(noise + x), gain), 0);
  }
}

/** Renders columns `from` to `to` (a multiple of 8 each) of a luma row; `u` and `v` are the day's chroma. */
export function lumaRowMixed(y: usize, u: usize, v: usize, out: usize, noise: usize, from: i32, to: i32): void {
  lumaRow(true, y, u, v, out, noise, from, to);
}

/** The same for looks whose transforms keep chroma out of luma. */
export function lumaRowPlain(y: usize, u: usize, v: usize, out: usize, noise: usize, from: i32, to: i32): void {
  lumaRow(false, y, u, v, out, noise, from, to);
}
