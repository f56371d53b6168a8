// One row of U and V.
import * as c from './constants';
import { chromaQuads } from './geometry';
import * as at from './layout';
import { channelBytes, rowLights, rowTables } from './rows';
import * as s from './samples';
import { chromaGrain, fourBlack, fourSpan, guideScale } from './settings';

let rowOutU: usize = 0;
let rowOutV: usize = 0;
let rowNoiseU: usize = 0;
let rowNoiseV: usize = 0;

/** Where the next row's results go and where its noise comes from. */
export function setChromaRow(outU: usize, outV: usize, noiseU: usize, noiseV: usize): void {
  rowOutU = outU;
  rowOutV = outV;
  rowNoiseU = noiseU;
  rowNoiseV = noiseV;
}

/** Light on four chroma samples, as a result of 4 fraction bits; `gain` has 12, `chroma` is shifted left by 8. */
// @ts-ignore: decorator
@inline
function light(gain: v128, chroma: v128, halo: v128, record: usize): v128 {
  return s.toOutput(i32x4.add(i32x4.dot_i16x8_s(gain, i16x8.shr_s(chroma, 1)), s.lightsAt(halo, record)));
}

/** Renders samples `from` to `to` (a multiple of 4 each); `y0` and `y1` are the day's luma rows they cover. */
export function chromaRow(y0: usize, y1: usize, u: usize, v: usize, from: i32, to: i32): void {
  const grain = i16x8.splat(<i16>chromaGrain);
  for (let x = from; x < to; x += 4) {
    const record = chromaQuads + (x >> 2) * at.QUAD_BYTES;
    const above = i16x8.extadd_pairwise_i8x16_u(v128.load64_zero(y0 + 2 * x));
    const sums = i16x8.add(above, i16x8.extadd_pairwise_i8x16_u(v128.load64_zero(y1 + 2 * x)));
    const sum = i32x4.extend_low_i16x8_u(sums);
    const guided = i32x4.extend_low_i16x8_u(i16x8.min_u(i16x8.sub_sat_u(sums, fourBlack), fourSpan));
    const dayU = s.signedChroma(u + x);
    const dayV = s.signedChroma(v + x);

    const guide = i32x4.shr_u(i32x4.add(i32x4.mul(guided, guideScale), v128.load(c.FOUR_GUIDE_HALF)), 2);
    const mask = s.binMask(guide);
    const share = s.nextShare(guide);
    const one = s.weightPair(share);
    const next = i32x4.add(i32x4.dot_i16x8_s(share, sum), v128.load(c.SUM_HALF));
    const pairY = s.joined(i32x4.sub(i32x4.shl(sum, 5), i32x4.shr_s(next, 9)), i32x4.shl(next, 7));
    const pairU = s.chromaPair(one, dayU);
    const pairV = s.chromaPair(one, dayV);

    let table = rowTables + 4 * at.TABLE_BYTES + load<i32>(record);
    let weights: usize = load<i32>(record, 8);
    const end = weights + 16 * load<i32>(record, 4);
    let nightU = i64x2.splat(0);
    let nightV = i64x2.splat(0);
    do {
      nightU = f32x4.add(nightU, s.weighted(s.affine(table, mask, pairY, pairU, pairV, one), weights));
      const sumV = s.affine(table + 4 * at.TABLE_BYTES, mask, pairY, pairU, pairV, one);
      nightV = f32x4.add(nightV, s.weighted(sumV, weights));
      table += at.COLUMN_BYTES;
      weights += 16;
    } while (weights < end);

    if (rowLights != 0) {
      const taps = rowLights + load<i32>(record, 12);
      const core = v128.load(taps);
      const haloU = v128.load(taps + channelBytes);
      const haloV = v128.load(taps + 2 * channelBytes);
      if (v128.any_true(v128.or(core, v128.or(haloU, haloV)))) {
        const gain = s.litGain(s.lightsAt(core, record));
        nightU = f32x4.add(nightU, light(gain, dayU, haloU, record));
        nightV = f32x4.add(nightV, light(gain, dayV, haloV, record));
      }
    }
    const noise = v128.load32_lane(rowNoiseV + x, v128.load32_zero(rowNoiseU + x), 1);
    const bytes = s.toBytes(s.toFixed(nightU), s.toFixed(nightV), i16x8.extend_low_i8x16_s(noise), grain);
    v128.store32_lane(rowOutU + x, bytes, 0);
    v128.store32_lane(rowOutV + x, bytes, 1);
  }
}
