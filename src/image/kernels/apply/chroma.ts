// One row of U and V.
import { chromaQuads } from './geometry';
import * as at from './layout';
import { channelBytes, hasCore, isLit, rowChroma, rowLights, rowTables } from './rows';
import * as s from './samples';
import { chromaGrain } from './settings';

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

/** Row of SUM_CODES of four lumas' sum. */
// @ts-ignore: decorator
@inline
function codesOf(sum: u32): v128 {
  return v128.load(at.SUM_CODES + (<usize>sum << 4));
}

/** What the core of a light adds to four chroma samples, 19 fraction bits; `gain` has 12, `chroma` is shifted left by 8. */
// @ts-ignore: decorator
@inline
function coreOf(gain: v128, chroma: v128): v128 {
  return i32x4.dot_i16x8_s(gain, i16x8.shr_s(chroma, 1));
}

/** Renders samples `from` to `to` (a multiple of 4 each); `y0` and `y1` are the day's luma rows they cover. */
export function chromaRow(y0: usize, y1: usize, u: usize, v: usize, from: i32, to: i32): void {
  if (rowChroma & at.FROM_LUMA) row(true, true, y0, y1, u, v, from, to);
  else if (rowChroma & at.CROSSED) row(false, true, y0, y1, u, v, from, to);
  else row(false, false, y0, y1, u, v, from, to);
}

/** The same; `hasLuma` where luma counts for chroma, `crosses` where U counts for V or V for U. */
// @ts-ignore: decorator
@inline
function row(hasLuma: bool, crosses: bool, y0: usize, y1: usize, u: usize, v: usize, from: i32, to: i32): void {
  const grain = i16x8.splat(<i16>chromaGrain);
  const lights = rowLights;
  for (let x = from; x < to; x += 4) {
    const record = chromaQuads + (x >> 2) * at.QUAD_BYTES;
    const above = i16x8.extadd_pairwise_i8x16_u(v128.load64_zero(y0 + 2 * x));
    const sums = i16x8.add(above, i16x8.extadd_pairwise_i8x16_u(v128.load64_zero(y1 + 2 * x)));
    const p0 = codesOf(i16x8.extract_lane_u(sums, 0));
    const p1 = codesOf(i16x8.extract_lane_u(sums, 1));
    const p2 = codesOf(i16x8.extract_lane_u(sums, 2));
    const p3 = codesOf(i16x8.extract_lane_u(sums, 3));
    const left01 = v128.shuffle<i32>(p0, p1, 0, 4, 1, 5);
    const left23 = v128.shuffle<i32>(p2, p3, 0, 4, 1, 5);
    const right01 = v128.shuffle<i32>(p0, p1, 2, 6, 3, 7);
    const right23 = v128.shuffle<i32>(p2, p3, 2, 6, 3, 7);
    const mask = v128.shuffle<i64>(left01, left23, 0, 2);
    const one = v128.shuffle<i64>(left01, left23, 1, 3);
    const pairY = v128.shuffle<i64>(right01, right23, 0, 2);
    const dayU = s.signedChroma(u + x);
    const dayV = s.signedChroma(v + x);

    const pairU = s.chromaPair(one, dayU);
    const pairV = s.chromaPair(one, dayV);

    let tableU = rowTables + 4 * at.TABLE_BYTES + load<i32>(record);
    let tableV = tableU + 4 * at.TABLE_BYTES;
    let weights: usize = load<i32>(record, 8);
    const end = weights + 16 * load<i32>(record, 4);
    let nightU = s.weighted(s.affine(tableU, mask, hasLuma, pairY, true, pairU, crosses, pairV, one), weights);
    let nightV = s.weighted(s.affine(tableV, mask, hasLuma, pairY, crosses, pairU, true, pairV, one), weights);
    for (weights += 16; weights < end; weights += 16) {
      tableU += at.COLUMN_BYTES;
      tableV += at.COLUMN_BYTES;
      nightU = f32x4.add(nightU, s.weighted(s.affine(tableU, mask, hasLuma, pairY, true, pairU, crosses, pairV, one), weights));
      nightV = f32x4.add(nightV, s.weighted(s.affine(tableV, mask, hasLuma, pairY, crosses, pairU, true, pairV, one), weights));
    }

    if (lights != 0 && isLit(record)) {
      const taps = lights + load<i32>(record, 12);
      let lightU = s.lightsAt(v128.load(taps + channelBytes), record);
      let lightV = s.lightsAt(v128.load(taps + 2 * channelBytes), record);
      if (hasCore(record)) {
        const gain = s.litGain(s.lightsAt(v128.load(taps), record));
        lightU = i32x4.add(lightU, coreOf(gain, dayU));
        lightV = i32x4.add(lightV, coreOf(gain, dayV));
      }
      nightU = f32x4.add(nightU, s.toOutput(lightU));
      nightV = f32x4.add(nightV, s.toOutput(lightV));
    }
    const noise = v128.load32_lane(rowNoiseV + x, v128.load32_zero(rowNoiseU + x), 1);
    const bytes = s.toBytes(s.toFixed(nightU), s.toFixed(nightV), i16x8.extend_low_i8x16_s(noise), grain);
    v128.store32_lane(rowOutU + x, bytes, 0);
    v128.store32_lane(rowOutV + x, bytes, 1);
  }
}
