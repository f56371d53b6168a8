// One row of U and V.
import * as at from './layout';
import { chromaQuads } from './geometry';
import { channelBytes, rowLights, rowTables } from './rows';
import { chromaGrain, fourBlack, fourSpan, guideScale } from './settings';
import * as s from './samples';

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

/** Light on four chroma samples, as a sum; `core` is a gain of 12 fraction bits, `chroma` is shifted left by 8. */
// @ts-ignore: decorator
@inline
function light(core: v128, chroma: v128, halo: v128, record: usize): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(core, i16x8.shr_s(chroma, 1)), s.lightsAt(halo, record));
}

/** Renders samples `from` to `to` (a multiple of 8 each); `y0` and `y1` are the day's luma rows they cover. */
export function chromaRow(y0: usize, y1: usize, u: usize, v: usize, from: i32, to: i32): void {
  const gain = i16x8.splat(<i16>chromaGrain);
  for (let x = from; x < to; x += 8) {
    const above = i16x8.extadd_pairwise_i8x16_u(v128.load(y0 + 2 * x));
    const sums = i16x8.add(above, i16x8.extadd_pairwise_i8x16_u(v128.load(y1 + 2 * x)));
    const guided = i16x8.min_u(i16x8.sub_sat_u(sums, fourBlack), fourSpan);
    const codesU = v128.xor(v128.load64_zero(u + x), i8x16.splat(-128));
    const codesV = v128.xor(v128.load64_zero(v + x), i8x16.splat(-128));
    let lowU = i64x2.splat(0);
    let lowV = i64x2.splat(0);
    for (let half = 0; half < 2; half++) {
      const record = chromaQuads + ((x >> 2) + half) * at.QUAD_BYTES;
      const isLow = half == 0;
      const sum = isLow ? i32x4.extend_low_i16x8_u(sums) : i32x4.extend_high_i16x8_u(sums);
      const span = isLow ? i32x4.extend_low_i16x8_u(guided) : i32x4.extend_high_i16x8_u(guided);
      const low = i8x16(-1, 0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, 3, -1, -1);
      const high = i8x16(-1, 4, -1, -1, -1, 5, -1, -1, -1, 6, -1, -1, -1, 7, -1, -1);
      const dayU = isLow ? i8x16.swizzle(codesU, low) : i8x16.swizzle(codesU, high);
      const dayV = isLow ? i8x16.swizzle(codesV, low) : i8x16.swizzle(codesV, high);

      const guide = i32x4.shr_u(i32x4.add(i32x4.mul(span, guideScale), i32x4.splat(2048)), 2);
      const mask = s.binMask(guide);
      const shares = s.nextShare(guide);
      const one = s.weightPair(shares);
      const share = v128.and(shares, i32x4.splat(0xffff));
      const next = i32x4.add(i32x4.dot_i16x8_s(share, sum), i32x4.splat(256));
      const pairY = s.joined(i32x4.sub(i32x4.shl(sum, 5), i32x4.shr_s(next, 9)), i32x4.shl(next, 7));
      const pairU = s.chromaPair(share, dayU);
      const pairV = s.chromaPair(share, dayV);

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
          const lit = i32x4.shr_u(i32x4.add(s.lightsAt(core, record), i32x4.splat(8192)), 14);
          const scale = f32x4.splat(at.SUM_TO_OUTPUT);
          const lightU = f32x4.convert_i32x4_s(light(lit, dayU, haloU, record));
          const lightV = f32x4.convert_i32x4_s(light(lit, dayV, haloV, record));
          nightU = f32x4.add(nightU, f32x4.mul(lightU, scale));
          nightV = f32x4.add(nightV, f32x4.mul(lightV, scale));
        }
      }
      if (isLow) {
        lowU = s.toFixed(nightU);
        lowV = s.toFixed(nightV);
      } else {
        s.storeEight(rowOutU + x, lowU, s.toFixed(nightU), rowNoiseU + x, gain);
        s.storeEight(rowOutV + x, lowV, s.toFixed(nightV), rowNoiseV + x, gain);
      }
    }
  }
}
