// Converts a look, once a frame, to fixed-point tables of the frame's own code values. A luma code has one result at each grid
// cell: the luma rows look it up in the cell's curve and interpolate between cells.
import * as at from './layout';

/** Cross terms of U and V into luma under a light, 15 fraction bits each, as a pair; whether either is not 0. */
export let litCross: v128 = i64x2.splat(0);
export let lightUsesChroma: bool = false;

/** Largest gain of a channel on itself and between U and V: s3.12, just below 8. */
const WIDE: f32 = 32767;
/** Largest cross term between luma and chroma: just below 4, so that a sum with 19 fraction bits fits into 32 bits. */
const NARROW: f32 = 16383;

/** Halos below an eighth of a code value (in 32nds) become 0: most of a halo's far tail, which would cost time. */
const FAINT: i32 = 4;

// @ts-ignore: decorator
@inline
function row(address: usize): v128 {
  return v128.load(address);
}

// @ts-ignore: decorator
@inline
function scaled(vector: v128, by: v128): v128 {
  return f32x4.mul(vector, by);
}

/** Returns one output row in code values: `sum_j L[i][j] (M_j R) + K_i`; `m0` to `m2` are the rows of M. */
// @ts-ignore: decorator
@inline
function convertRow(i: i32, m0: v128, m1: v128, m2: v128): v128 {
  const t = at.TRANSFORM;
  const left = t + i * 16;
  const l0 = v128.load32_splat(left);
  const l1 = v128.load32_splat(left + 4);
  const l2 = v128.load32_splat(left + 8);
  const n = f32x4.add(f32x4.add(scaled(m0, l0), scaled(m1, l1)), scaled(m2, l2));
  const n0 = v128.shuffle<f32>(n, n, 0, 0, 0, 0);
  const n1 = v128.shuffle<f32>(n, n, 1, 1, 1, 1);
  const n2 = v128.shuffle<f32>(n, n, 2, 2, 2, 2);
  const offset = v128.bitselect(n, i64x2.splat(0), i32x4(0, 0, 0, -1));
  const sum = f32x4.add(
    f32x4.add(scaled(row(t + 48), n0), scaled(row(t + 64), n1)),
    f32x4.add(scaled(row(t + 80), n2), offset),
  );
  return f32x4.add(sum, row(t + 96 + i * 16));
}

/** Scales, rounds and clamps four coefficients. NaN becomes 0. */
// @ts-ignore: decorator
@inline
function quantise(coefficients: v128, limit: v128): v128 {
  const scale = f32x4(at.GAIN_ONE, at.GAIN_ONE, at.GAIN_ONE, at.OFFSET_ONE);
  const code = f32x4.nearest(f32x4.mul(coefficients, scale));
  return i32x4.trunc_sat_f32x4_s(f32x4.max(f32x4.min(code, limit), f32x4.neg(limit)));
}

// @ts-ignore: decorator
@inline
function storeRow(table: usize, q: v128): void {
  v128.store16_lane(table, q, 0);
  v128.store16_lane(table + at.TABLE_BYTES, q, 2);
  v128.store16_lane(table + 2 * at.TABLE_BYTES, q, 4);
  v128.store16_lane(table + 3 * at.TABLE_BYTES, q, 6);
}

/** Reads L, R and K at TRANSFORM and the grid at GRID_IN. Writes TABLES and MIXES. */
export function convertGrid(): void {
  const lumaLimit = f32x4(WIDE, NARROW, NARROW, WIDE);
  const chromaLimit = f32x4(NARROW, WIDE, WIDE, WIDE);
  let usedY = i64x2.splat(0);
  let usedU = i64x2.splat(0);
  let usedV = i64x2.splat(0);
  for (let cell = 0; cell < at.GRID_HEIGHT * at.GRID_WIDTH; cell++) {
    if (cell % at.GRID_WIDTH == 0) {
      usedY = i64x2.splat(0);
      usedU = i64x2.splat(0);
      usedV = i64x2.splat(0);
    }
    for (let bin = 0; bin < at.GRID_BINS; bin++) {
      const from = at.GRID_IN + (cell * at.GRID_BINS + bin) * at.AFFINE * 4;
      const to = at.TABLES + cell * at.COLUMN_BYTES + bin * 2;
      const m0 = row(from);
      const m1 = row(from + 16);
      const m2 = row(from + 32);
      const y = quantise(convertRow(0, m0, m1, m2), lumaLimit);
      const u = quantise(convertRow(1, m0, m1, m2), chromaLimit);
      const v = quantise(convertRow(2, m0, m1, m2), chromaLimit);
      usedY = v128.or(usedY, y);
      usedU = v128.or(usedU, u);
      usedV = v128.or(usedV, v);
      storeRow(to, y);
      storeRow(to + 4 * at.TABLE_BYTES, u);
      storeRow(to + 8 * at.TABLE_BYTES, v);
    }
    const intoLuma = i32x4.extract_lane(usedY, 1) | i32x4.extract_lane(usedY, 2);
    const fromLuma = i32x4.extract_lane(usedU, 0) | i32x4.extract_lane(usedV, 0);
    const crossed = i32x4.extract_lane(usedU, 2) | i32x4.extract_lane(usedV, 1);
    const mixes = (intoLuma ? at.INTO_LUMA : 0) | (fromLuma ? at.FROM_LUMA : 0) | (crossed ? at.CROSSED : 0);
    store<u8>(at.MIXES + cell / at.GRID_WIDTH, <u8>mixes);
  }
}

/** Stores four samples as i16, clamped to `least` and WIDE. Absolute values below `faint` become 0. */
// @ts-ignore: decorator
@inline
function storeSamples(to: usize, value: v128, scale: f32, least: f32, faint: i32): v128 {
  const code = f32x4.nearest(f32x4.mul(value, f32x4.splat(scale)));
  const q = i32x4.trunc_sat_f32x4_s(f32x4.max(f32x4.min(code, f32x4.splat(WIDE)), f32x4.splat(least)));
  const kept = v128.and(q, i32x4.ge_s(i32x4.abs(q), i32x4.splat(faint)));
  v128.store64_lane(to, i16x8.narrow_i32x4_s(kept, kept), 0);
  return kept;
}

// @ts-ignore: decorator
@inline
function storeHalo(to: usize, value: v128): v128 {
  return storeSamples(to, value, at.OFFSET_ONE, -WIDE, FAINT);
}

// @ts-ignore: decorator
@inline
function parameter(index: i32): v128 {
  return v128.load32_splat(at.TRANSFORM + 144 + index * 4);
}

/**
 * Reads the lights' parameters after L, R and K, the lights at LIGHTS_IN and the beam at BEAM_IN. Writes LIGHTS and LIT_ROWS.
 * Parameters: gain of the lights, gain of the beam, tint of the beam in U and V, 3x3 from halo to code values, code value of
 * black, gain of the core on luma and on chroma, cross terms of a lit pixel's U and V.
 */
export function convertLights(): void {
  const gain = parameter(0);
  const beamGain = parameter(1);
  const black = parameter(13);
  const plane = at.LIGHTS_WIDTH * at.LIGHTS_HEIGHT * 4;
  for (let r = 0; r < at.LIGHTS_HEIGHT; r++) {
    let any = i64x2.splat(0);
    for (let x = 0; x < at.LIGHTS_WIDTH; x += 4) {
      const from = at.LIGHTS_IN + (r * at.LIGHTS_WIDTH + x) * 4;
      const beam = f32x4.mul(row(at.BEAM_IN + (r * at.LIGHTS_WIDTH + x) * 4), beamGain);
      const core = f32x4.max(f32x4.add(f32x4.mul(row(from), gain), beam), f32x4.splat(0));
      const y = f32x4.mul(row(from + plane), gain);
      const u = f32x4.add(f32x4.mul(row(from + 2 * plane), gain), f32x4.mul(beam, parameter(2)));
      const v = f32x4.add(f32x4.mul(row(from + 3 * plane), gain), f32x4.mul(beam, parameter(3)));
      const coreY = f32x4.min(f32x4.mul(core, parameter(14)), f32x4.splat(WIDE / at.GAIN_ONE));
      const coreUV = f32x4.mul(core, parameter(15));
      const to = at.LIGHTS + r * at.LIGHTS_ROW_BYTES + x * 2;
      const haloY = f32x4.sub(mix(4, y, u, v), f32x4.mul(coreY, black));
      any = v128.or(any, storeSamples(to, coreY, at.GAIN_ONE, 0, 0));
      any = v128.or(any, storeHalo(to + at.CHANNEL_BYTES, haloY));
      any = v128.or(any, storeSamples(to + 2 * at.CHANNEL_BYTES, coreUV, at.GAIN_ONE, 0, 0));
      any = v128.or(any, storeHalo(to + 3 * at.CHANNEL_BYTES, mix(7, y, u, v)));
      any = v128.or(any, storeHalo(to + 4 * at.CHANNEL_BYTES, mix(10, y, u, v)));
    }
    for (let c = 0; c < at.LIGHTS_CHANNELS; c++) {
      const end = at.LIGHTS + r * at.LIGHTS_ROW_BYTES + c * at.CHANNEL_BYTES + at.LIGHTS_WIDTH * 2;
      v128.store(end, i16x8.splat(load<i16>(end - 2)));
    }
    store<u8>(at.LIT_ROWS + r, v128.any_true(any) ? 1 : 0);
  }
  const cross = load<f32>(at.TRANSFORM + 144 + 16 * 4);
  const crossV = load<f32>(at.TRANSFORM + 144 + 17 * 4);
  lightUsesChroma = (fixedCross(cross) | fixedCross(crossV)) != 0;
  litCross = i32x4.splat(fixedCross(cross) | (fixedCross(crossV) << 16));
}

/** Returns a cross term with 15 fraction bits in the low half of 32 bits. */
function fixedCross(term: f32): i32 {
  return <i32>nearest(min(max(term * 32768.0, -32767.0), 32767.0)) & 0xffff;
}

// @ts-ignore: decorator
@inline
function mix(first: i32, y: v128, u: v128, v: v128): v128 {
  return f32x4.add(
    f32x4.add(f32x4.mul(y, parameter(first)), f32x4.mul(u, parameter(first + 1))),
    f32x4.mul(v, parameter(first + 2)),
  );
}

/** The upper one of the two rows of cells in {@link at.CORNERS}; -1: none. */
let preparedRow: i32 = -1;

/** Invalidates the corners. Call it when the curves change. */
export function forgetCorners(): void {
  preparedRow = -1;
}

/** Returns a coefficient for four codes, interpolated between their two bins, times the values in `pair`. */
// @ts-ignore: decorator
@inline
function term(table: v128, mask: v128, pair: v128): v128 {
  return i32x4.dot_i16x8_s(i8x16.swizzle(table, mask), pair);
}

/** Returns `A Y + D` for four codes, 3 fraction bits. All results fit -4096 to 4096. */
// @ts-ignore: decorator
@inline
function curve(a: v128, d: v128, codes: usize): v128 {
  const mask = v128.load(codes);
  const sum = i32x4.add(term(a, mask, v128.load(codes, 32)), term(d, mask, v128.load(codes, 16)));
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(32768)), 16);
}

/** Returns a cross term for four codes, 12 fraction bits. */
// @ts-ignore: decorator
@inline
function cross(b: v128, codes: usize): v128 {
  return i32x4.shr_s(i32x4.add(term(b, v128.load(codes), v128.load(codes, 16)), i32x4.splat(8192)), 14);
}

/** Fills CURVES from TABLES and CODE_QUADS. Cross terms into luma are 0 in grid rows that use none. */
export function writeCurves(): void {
  for (let cell = 0; cell < at.GRID_HEIGHT * at.GRID_WIDTH; cell++) {
    const table = at.TABLES + cell * at.COLUMN_BYTES;
    const mixes = (load<u8>(at.MIXES + cell / at.GRID_WIDTH) & at.INTO_LUMA) != 0;
    const a = v128.load(table);
    const b = v128.load(table + at.TABLE_BYTES);
    const c = v128.load(table + 2 * at.TABLE_BYTES);
    const d = v128.load(table + 3 * at.TABLE_BYTES);
    let to = at.CURVES + cell * at.CURVE_BYTES;
    for (let q = at.CODE_QUADS, end = q + 64 * at.CODE_QUAD_BYTES; q < end; q += 2 * at.CODE_QUAD_BYTES) {
      const next = q + at.CODE_QUAD_BYTES;
      v128.store(to, i16x8.narrow_i32x4_s(curve(a, d, q), curve(a, d, next)));
      if (mixes) {
        v128.store(to + at.CURVES_BYTES, i16x8.narrow_i32x4_s(cross(b, q), cross(b, next)));
        v128.store(to + 2 * at.CURVES_BYTES, i16x8.narrow_i32x4_s(cross(c, q), cross(c, next)));
      } else {
        v128.store(to + at.CURVES_BYTES, i64x2.splat(0));
        v128.store(to + 2 * at.CURVES_BYTES, i64x2.splat(0));
      }
      to += 16;
    }
  }
}

/** Writes CORNERS: output luma at the four surrounding cells, for each pair of columns and each code. */
function writeCorners(curves: usize): void {
  let to = at.CORNERS;
  const below = at.GRID_WIDTH * at.CURVE_BYTES;
  for (let column = 0; column < at.GRID_WIDTH - 1; column++) {
    for (let i = 0; i < at.CURVE_BYTES; i += 16) {
      const from = curves + i;
      const a = v128.load(from);
      const b = v128.load(from + at.CURVE_BYTES);
      const c = v128.load(from + below);
      const d = v128.load(from + below + at.CURVE_BYTES);
      const above0 = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
      const above1 = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
      const below0 = v128.shuffle<i16>(c, d, 0, 8, 1, 9, 2, 10, 3, 11);
      const below1 = v128.shuffle<i16>(c, d, 4, 12, 5, 13, 6, 14, 7, 15);
      v128.store(to, v128.shuffle<i32>(above0, below0, 0, 4, 1, 5));
      v128.store(to + 16, v128.shuffle<i32>(above0, below0, 2, 6, 3, 7));
      v128.store(to + 32, v128.shuffle<i32>(above1, below1, 0, 4, 1, 5));
      v128.store(to + 48, v128.shuffle<i32>(above1, below1, 2, 6, 3, 7));
      to += 64;
    }
    curves += at.CURVE_BYTES;
  }
}

/** Returns the cross terms of U and V of one cell as pairs, for four of eight codes. */
// @ts-ignore: decorator
@inline
function crossPairs(curves: usize, high: bool): v128 {
  const u = v128.load(curves);
  const v = v128.load(curves + at.CURVES_BYTES);
  return high
    ? v128.shuffle<i16>(u, v, 4, 12, 5, 13, 6, 14, 7, 15)
    : v128.shuffle<i16>(u, v, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** Writes the cross corners of four codes. */
// @ts-ignore: decorator
@inline
function writeFourCross(from: usize, to: usize, high: bool): void {
  const below = from + at.GRID_WIDTH * at.CURVE_BYTES;
  const a = crossPairs(from, high);
  const b = crossPairs(from + at.CURVE_BYTES, high);
  const c = crossPairs(below, high);
  const d = crossPairs(below + at.CURVE_BYTES, high);
  const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab0, cd0, 0, 2));
  v128.store(to, v128.shuffle<i64>(ab0, cd0, 1, 3), 16);
  v128.store(to, v128.shuffle<i64>(ab1, cd1, 0, 2), 32);
  v128.store(to, v128.shuffle<i64>(ab1, cd1, 1, 3), 48);
}

/**
 * Writes CROSS_CORNERS: cross terms of U and V into luma at the four surrounding cells, for each pair of columns and
 * each code.
 */
function writeCrossCorners(curves: usize): void {
  let to = at.CROSS_CORNERS;
  for (let column = 0; column < at.GRID_WIDTH - 1; column++) {
    for (let i = 0; i < at.CURVE_BYTES; i += 16) {
      writeFourCross(curves + i, to, false);
      writeFourCross(curves + i, to + 64, true);
      to += 128;
    }
    curves += at.CURVE_BYTES;
  }
}

/** Fills CORNERS for the rows of cells `row` and `row + 1`, and CROSS_CORNERS where chroma `mixes` into luma. */
export function prepareCorners(row: i32, mixes: bool): void {
  if (row == preparedRow) return;
  preparedRow = row;
  const curves = at.CURVES + row * at.GRID_WIDTH * at.CURVE_BYTES;
  writeCorners(curves);
  if (mixes) writeCrossCorners(curves + at.CURVES_BYTES);
}
