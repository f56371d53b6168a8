// One luma row.
import * as at from './layout';
import { litCross } from './convert';
import { lumaQuads } from './geometry';
import { channelBytes, rowLights, rowTables } from './rows';
import { guideBlack, guideScale, guideSpan, lumaGrain } from './settings';
import * as s from './samples';

// @ts-ignore: decorator
@inline
function lumaQuad(mixed: bool, record: usize, luma: v128, guided: v128, u: v128, v: v128): v128 {
  const guide = i32x4.add(i32x4.mul(guided, guideScale), i32x4.splat(512));
  const mask = s.binMask(guide);
  const shares = s.nextShare(guide);
  const one = s.weightPair(shares);
  const share = v128.and(shares, i32x4.splat(0xffff));
  const next = i32x4.add(i32x4.dot_i16x8_s(share, luma), i32x4.splat(64));
  const y = s.joined(i32x4.sub(i32x4.shl(luma, 7), i32x4.shr_s(next, 7)), i32x4.shl(next, 9));
  const pairU = mixed ? s.chromaPair(share, u) : u;
  const pairV = mixed ? s.chromaPair(share, v) : v;

  let table = rowTables + load<i32>(record);
  let weights: usize = load<i32>(record, 8);
  const end = weights + 16 * load<i32>(record, 4);
  let result = i64x2.splat(0);
  do {
    const sum = mixed ? s.affine(table, mask, y, pairU, pairV, one) : s.affineOfLuma(table, mask, y, one);
    result = f32x4.add(result, s.weighted(sum, weights));
    table += at.COLUMN_BYTES;
    weights += 16;
  } while (weights < end);

  if (rowLights != 0) {
    const taps = rowLights + load<i32>(record, 12);
    const core = v128.load(taps);
    const halo = v128.load(taps + channelBytes);
    if (v128.any_true(v128.or(core, halo))) {
      const cross = i32x4.shr_s(i32x4.dot_i16x8_s(s.joined(u, i32x4.shl(v, 16)), litCross), 17);
      const day = i32x4.add(i32x4.shl(luma, 6), cross);
      const gain = i32x4.shr_u(i32x4.add(s.lightsAt(core, record), i32x4.splat(8192)), 14);
      const light = i32x4.add(i32x4.shl(i32x4.dot_i16x8_s(gain, day), 1), s.lightsAt(halo, record));
      result = f32x4.add(result, f32x4.mul(f32x4.convert_i32x4_s(light), f32x4.splat(at.SUM_TO_OUTPUT)));
    }
  }
  return s.toFixed(result);
}

// @ts-ignore: decorator
@inline
function lumaRow(mixed: bool, y: usize, u: usize, v: usize, out: usize, noise: usize, from: i32, to: i32): void {
  const gain = i16x8.splat(<i16>lumaGrain);
  for (let x = from; x < to; x += 8) {
    const record = lumaQuads + (x >> 2) * at.QUAD_BYTES;
    const luma = v128.load64_zero(y + x);
    const guided = i8x16.min_u(i8x16.sub_sat_u(luma, guideBlack), guideSpan);
    const codesU = v128.xor(v128.load32_zero(u + (x >> 1)), i8x16.splat(-128));
    const codesV = v128.xor(v128.load32_zero(v + (x >> 1)), i8x16.splat(-128));
    const low = lumaQuad(
      mixed,
      record,
      i8x16.swizzle(luma, i8x16(0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, 3, -1, -1, -1)),
      i8x16.swizzle(guided, i8x16(0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, 3, -1, -1, -1)),
      i8x16.swizzle(codesU, i8x16(-1, 0, -1, -1, -1, 0, -1, -1, -1, 1, -1, -1, -1, 1, -1, -1)),
      i8x16.swizzle(codesV, i8x16(-1, 0, -1, -1, -1, 0, -1, -1, -1, 1, -1, -1, -1, 1, -1, -1)),
    );
    const high = lumaQuad(
      mixed,
      record + at.QUAD_BYTES,
      i8x16.swizzle(luma, i8x16(4, -1, -1, -1, 5, -1, -1, -1, 6, -1, -1, -1, 7, -1, -1, -1)),
      i8x16.swizzle(guided, i8x16(4, -1, -1, -1, 5, -1, -1, -1, 6, -1, -1, -1, 7, -1, -1, -1)),
      i8x16.swizzle(codesU, i8x16(-1, 2, -1, -1, -1, 2, -1, -1, -1, 3, -1, -1, -1, 3, -1, -1)),
      i8x16.swizzle(codesV, i8x16(-1, 2, -1, -1, -1, 2, -1, -1, -1, 3, -1, -1, -1, 3, -1, -1)),
    );
    s.storeEight(out + x, low, high, noise + x, gain);
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
