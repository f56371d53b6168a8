// Renders rows of pixels. Before a row, the grid's tables and the lights are interpolated over y; the luma and chroma loops
// then interpolate over x.
import { chromaGrain, chromaQuads, lumaColumns, lumaGrain, lumaQuads, lumaWeights, positionOf, quadCount } from './frame';
import * as at from './layout';
import { lightUsesChroma, litCross, prepareCorners } from './look-tables';
import * as s from './samples';

/** Address of the chroma tables for the current chroma row. */
export let rowTables: usize = 0;
/** Cross terms that the cells around the current chroma row use: FROM_LUMA, CROSSED. */
export let rowChroma: i32 = 0;
/** Weights of the rows of cells above and below the current luma row: pairs of i16 with 14 fraction bits. */
export let cornerWeights: v128 = i64x2.splat(0);
/** Whether chroma mixes into luma in the cells around the current luma row. */
export let rowMixes: bool = false;
/** Address of the lights for the current row, 0 when it has none; bytes from one channel to the next. */
export let rowLights: usize = 0;
export let channelBytes: i32 = 0;
/** Mask of the bytes of LIT_SAMPLES that belong to four pixels. */
let litTaps: u64 = 0;

/** Interpolates eight numbers between `a` and `b`; `weights` holds those of {@link pairOf}. */
// @ts-ignore: decorator
@inline
function between(a: v128, b: v128, weights: v128, half: v128): v128 {
  const low = i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), weights);
  const high = i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), weights);
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, half), 15), i32x4.shr_s(i32x4.add(high, half), 15));
}

/** Returns the weights of two rows as pairs of i16; `second` is 1 to 32767 parts of 32768. */
function pairOf(second: i32): v128 {
  return i32x4.splat((32768 - second) | (second << 16));
}

/** Returns the weight of the next row at a position, in parts of 32768; 32768 would be the next row itself. */
function shareOf(position: f64): i32 {
  return <i32>min(nearest((position - floor(position)) * 32768.0), <f64>32767.0);
}

/** Returns the cross terms that the row of cells `row` or the next one uses. */
// @ts-ignore: decorator
@inline
function mixesAround(row: i32): i32 {
  return load<u8>(at.MIXES + row) | load<u8>(at.MIXES + min(row + 1, at.GRID_HEIGHT - 1));
}

/** Prepares corners and weights for luma row `y` of `height`. */
export function prepareLumaRow(y: i32, height: i32): void {
  const position = positionOf(y, height, at.GRID_HEIGHT);
  const row = min(<i32>position, at.GRID_HEIGHT - 2);
  const second = <i32>nearest((position - <f64>row) * <f64>at.WEIGHT_ONE);
  cornerWeights = i32x4.splat((at.WEIGHT_ONE - second) | (second << 16));
  rowMixes = (mixesAround(row) & at.INTO_LUMA) != 0;
  prepareCorners(row, rowMixes);
}

/** Prepares the chroma tables for chroma row `y` of `height`. */
export function prepareChromaRow(y: i32, height: i32): void {
  const position = positionOf(y, height, at.GRID_HEIGHT);
  const above = at.TABLES + <i32>position * at.GRID_ROW_BYTES;
  const second = shareOf(position);
  rowChroma = mixesAround(<i32>position);
  rowTables = second == 0 ? above : at.ROW_TABLES;
  if (second == 0) return;
  const weights = pairOf(second);
  const half = i32x4.splat(16384);
  for (let column = 0; column < at.GRID_ROW_BYTES; column += at.COLUMN_BYTES) {
    for (let i = column + 4 * at.TABLE_BYTES; i < column + at.COLUMN_BYTES; i += at.TABLE_BYTES) {
      const tables = between(v128.load(above + i), v128.load(above + at.GRID_ROW_BYTES + i), weights, half);
      v128.store(at.ROW_TABLES + i, tables);
    }
  }
}

/**
 * Prepares the lights of channels `from` to `to` for row `y` of `height`. Those of a narrow plane are spread over its
 * `width`.
 */
export function prepareLights(y: i32, height: i32, from: i32, to: i32, narrow: bool, width: i32): void {
  const position = positionOf(y, height, at.LIGHTS_HEIGHT);
  const j = <i32>position;
  const second = shareOf(position);
  const isLit = load<u8>(at.LIT_ROWS + j) != 0 || (second != 0 && load<u8>(at.LIT_ROWS + j + 1) != 0);
  rowLights = 0;
  if (!isLit) return;
  const above = at.LIGHTS + j * at.LIGHTS_ROW_BYTES;
  rowLights = above + from * at.CHANNEL_BYTES;
  channelBytes = at.CHANNEL_BYTES;
  if (second != 0) {
    const weights = pairOf(second);
    const half = i32x4.splat(16384);
    for (let i = from * at.CHANNEL_BYTES; i < to * at.CHANNEL_BYTES; i += 16) {
      const samples = between(v128.load(above + i), v128.load(above + at.LIGHTS_ROW_BYTES + i), weights, half);
      v128.store(at.LIGHTS_ROW + i, samples);
    }
    rowLights = at.LIGHTS_ROW + from * at.CHANNEL_BYTES;
  }
  if (narrow) spreadLights(to - from, width);
  markLitSamples(to - from, narrow ? quadCount(width) * 8 : at.LIGHTS_WIDTH + 8);
  // Four pixels of a plane this wide cover at most four samples, of a narrower one eight.
  litTaps = width >= 192 ? 0xffffffff : u64.MAX_VALUE;
}

/** Whether light falls on the four pixels of a record. Valid only where {@link rowLights} is not 0. */
// @ts-ignore: decorator
@inline
export function isLit(record: usize): bool {
  return (load<u64>(at.LIT_SAMPLES + (load<i32>(record, 12) >> 1)) & litTaps) != 0;
}

/** Whether the core of a light falls on the four pixels of a record. */
// @ts-ignore: decorator
@inline
export function hasCore(record: usize): bool {
  return (load<u64>(at.CORE_SAMPLES + (load<i32>(record, 12) >> 1)) & litTaps) != 0;
}

/** Stores a byte for each of eight samples: 0 where the sample is 0. */
// @ts-ignore: decorator
@inline
function storeMarks(to: usize, samples: v128): void {
  const marks = i16x8.ne(samples, i64x2.splat(0));
  v128.store64_lane(to, i8x16.narrow_i16x8_s(marks, marks), 0);
}

/**
 * Writes LIT_SAMPLES and CORE_SAMPLES for `count` samples: 0 where all channels are 0, and where the first one, the
 * core, is 0.
 */
function markLitSamples(channels: i32, count: i32): void {
  for (let i = 0; i < count; i += 8) {
    const core = v128.load(rowLights + i * 2);
    let any = core;
    for (let channel = 1; channel < channels; channel++) {
      any = v128.or(any, v128.load(rowLights + channel * channelBytes + i * 2));
    }
    storeMarks(at.CORE_SAMPLES + i, core);
    storeMarks(at.LIT_SAMPLES + i, any);
  }
}

/** Copies eight taps for each group of four pixels, for planes whose groups span more than eight taps of the layer. */
function spreadLights(channels: i32, width: i32): void {
  const count = quadCount(width);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < count * 4; i++) {
      const tap = <i32>positionOf(min(i, width - 1), width, at.LIGHTS_WIDTH);
      store<i32>(at.SPREAD + c * count * 16 + i * 4, load<i32>(rowLights + c * at.CHANNEL_BYTES + tap * 2));
    }
  }
  rowLights = at.SPREAD;
  channelBytes = count * 16;
}

/**
 * Returns the cross term from chroma at the four cells around a pixel, 3 fraction bits; `chroma` holds its U and V, four
 * times.
 */
// @ts-ignore: decorator
@inline
function crossOf(p: usize, chroma: v128): v128 {
  const cross = i32x4.dot_i16x8_s(v128.load(p << 1, at.CROSS_CORNERS), chroma);
  return i32x4.shr_s(i32x4.add(cross, v128.load(at.CROSS_HALF)), 9);
}

/**
 * Returns the luma of two pixels, interpolated between their cell columns, at the cells above and below, 3 fraction bits. `p`
 * and `q` are the pixels' offsets into CORNERS; `chroma` holds the U and V that both share, four times.
 */
// @ts-ignore: decorator
@inline
function acrossColumns(mixes: bool, p: usize, q: usize, weights: usize, chroma: v128): v128 {
  let corners = v128.load64_lane(q, v128.load64_zero(p, at.CORNERS), 1, at.CORNERS);
  if (mixes) corners = i16x8.add_sat_s(corners, i16x8.narrow_i32x4_s(crossOf(p, chroma), crossOf(q, chroma)));
  return i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(corners, v128.load(weights)), v128.load(at.HALF_14)), 14);
}

/** Returns the light on the four pixels from `luma` on, 4 fraction bits. */
// @ts-ignore: decorator
@inline
function light(record: usize, luma: usize, chroma: v128): v128 {
  const taps = rowLights + load<i32>(record, 12);
  let sum = i32x4.add(s.lightsAt(v128.load(taps + channelBytes), record), v128.load(at.LIGHT_HALF));
  if (hasCore(record)) {
    let day = i32x4.shl(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(luma))), 6);
    if (lightUsesChroma) day = i32x4.add(day, i32x4.shr_s(i32x4.dot_i16x8_s(chroma, litCross), 9));
    const core = i32x4.dot_i16x8_s(s.litGain(s.lightsAt(v128.load(taps), record)), day);
    sum = i32x4.add(sum, i32x4.shl(core, 1));
  }
  return i32x4.shr_s(sum, 15);
}

/**
 * Renders the four pixels from `luma` on: codes with 4 fraction bits, plus half a code. `columns` and `weights` belong to these
 * pixels; `chroma` holds their U and V as pairs.
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
  const result = i32x4.shr_s(i32x4.add(sum, v128.load(at.LUMA_HALF)), 13);
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

/**
 * Renders columns `from` to `to` (multiples of 8) of a luma row where chroma mixes into luma; `u` and `v` are the day's
 * chroma.
 */
export function lumaRowMixed(y: usize, u: usize, v: usize, out: usize, noise: usize, from: i32, to: i32): void {
  lumaRow(true, y, u, v, out, noise, from, to);
}

/** The same for rows without cross terms from chroma. */
export function lumaRowPlain(y: usize, u: usize, v: usize, out: usize, noise: usize, from: i32, to: i32): void {
  lumaRow(false, y, u, v, out, noise, from, to);
}

let rowOutU: usize = 0;
let rowOutV: usize = 0;
let rowNoiseU: usize = 0;
let rowNoiseV: usize = 0;

/** Sets the output rows and the noise of the next chroma row. */
export function setChromaRow(outU: usize, outV: usize, noiseU: usize, noiseV: usize): void {
  rowOutU = outU;
  rowOutV = outV;
  rowNoiseU = noiseU;
  rowNoiseV = noiseV;
}

/** Returns the entry of SUM_CODES for a sum of four luma codes. */
// @ts-ignore: decorator
@inline
function codesOf(sum: u32): v128 {
  return v128.load(at.SUM_CODES + (<usize>sum << 4));
}

/**
 * Returns what a light's core adds to four chroma samples, 19 fraction bits; `gain` has 12, `chroma` is shifted left by
 * 8.
 */
// @ts-ignore: decorator
@inline
function coreOf(gain: v128, chroma: v128): v128 {
  return i32x4.dot_i16x8_s(gain, i16x8.shr_s(chroma, 1));
}

/** Renders samples `from` to `to` (multiples of 4) of a U and a V row; `y0` and `y1` are the day's luma rows they cover. */
export function chromaRow(y0: usize, y1: usize, u: usize, v: usize, from: i32, to: i32): void {
  if (rowChroma & at.FROM_LUMA) row(true, true, y0, y1, u, v, from, to);
  else if (rowChroma & at.CROSSED) row(false, true, y0, y1, u, v, from, to);
  else row(false, false, y0, y1, u, v, from, to);
}

/** The same; `hasLuma`: luma mixes into chroma; `crosses`: U mixes into V or V into U. */
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
