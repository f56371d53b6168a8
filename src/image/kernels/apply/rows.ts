// Interpolation over y: the grid's tables and the lights of one picture row.
import * as at from './layout';
import { positionOf, quadCount } from './geometry';
import { prepareCorners } from './luma-curves';

/** Address of chroma's tables for the chroma row prepared last. */
export let rowTables: usize = 0;
/** What the cells around that row take into chroma: FROM_LUMA, CROSSED. */
export let rowChroma: i32 = 0;
/** Weights of the rows of cells above and below the luma row prepared last: pairs of i16 with 14 fraction bits. */
export let cornerWeights: v128 = i64x2.splat(0);
/** Whether the cells around that row let chroma into luma. */
export let rowMixes: bool = false;
/** Address of the lights for the row prepared last, or 0 when it has none; bytes from channel to channel. */
export let rowLights: usize = 0;
export let channelBytes: i32 = 0;
/** The bytes of LIT_SAMPLES that count for four pixels. */
let litTaps: u64 = 0;

/** Eight numbers between `a` and `b`: `second` of 32768 parts of `b`, the rest `a`; `second` is not 0. */
// @ts-ignore: decorator
@inline
function between(a: v128, b: v128, weights: v128, half: v128): v128 {
  const low = i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), weights);
  const high = i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), weights);
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, half), 15), i32x4.shr_s(i32x4.add(high, half), 15));
}

/** Weights of two rows as pairs of i16; `second` from 1 to 32767. */
function pairOf(second: i32): v128 {
  return i32x4.splat((32768 - second) | (second << 16));
}

/** The share of the next row at a position, in 32768 parts; 32768 would be the next row itself. */
function shareOf(position: f64): i32 {
  return <i32>min(nearest((position - floor(position)) * 32768.0), <f64>32767.0);
}

/** What the row of cells `row` or the next takes. */
// @ts-ignore: decorator
@inline
function mixesAround(row: i32): i32 {
  return load<u8>(at.MIXES + row) | load<u8>(at.MIXES + min(row + 1, at.GRID_HEIGHT - 1));
}

/** Makes corners and weights for luma row `y` of `height`. */
export function prepareLumaRow(y: i32, height: i32): void {
  const position = positionOf(y, height, at.GRID_HEIGHT);
  const row = min(<i32>position, at.GRID_HEIGHT - 2);
  const second = <i32>nearest((position - <f64>row) * <f64>at.WEIGHT_ONE);
  cornerWeights = i32x4.splat((at.WEIGHT_ONE - second) | (second << 16));
  rowMixes = (mixesAround(row) & at.INTO_LUMA) != 0;
  prepareCorners(row, rowMixes);
}

/** Makes chroma's tables for row `y` of `height`. */
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

/** Makes the lights of channels `from` to `to` for row `y` of `height`; those of a narrow plane are spread over its `width`. */
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
  // four pixels of a plane this wide lie on four samples at most, of a narrower one on eight
  litTaps = width >= 192 ? 0xffffffff : u64.MAX_VALUE;
}

/** Whether light falls on the four pixels of a record; only where {@link rowLights} is not 0. */
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

/** A byte for each of eight samples: 0 where they are 0. */
// @ts-ignore: decorator
@inline
function storeMarks(to: usize, samples: v128): void {
  const marks = i16x8.ne(samples, i64x2.splat(0));
  v128.store64_lane(to, i8x16.narrow_i16x8_s(marks, marks), 0);
}

/** Writes a byte for each of `count` samples: 0 where all channels are 0, and where the first, the core, is. */
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

/** Gives each group of four pixels its own eight taps, for planes whose groups span more than the layer's eight. */
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
