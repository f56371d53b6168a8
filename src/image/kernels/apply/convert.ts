// A look becomes fixed-point tables of the frame's own code values, once a frame.
import * as at from './layout';

/** What of U and V counts as luma under a lamp, 15 fraction bits each, as a pair; and whether anything does. */
export let litCross: v128 = i64x2.splat(0);
export let lightUsesChroma: bool = false;

/** Largest gain of a channel on itself, and between U and V: s3.12, just under 8. */
const WIDE: f32 = 32767;
/** Largest cross term between luma and chroma: just under 4, so that a sum of 19 fraction bits fits 32 bits. */
const NARROW: f32 = 16383;

/** A halo of less than an eighth of a code value, in 32nds, is none: most of a glow's far tail, which costs time. */
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

/** One output row in code values: `sum_j L[i][j] (M_j R) + K_i`; M lies at `cell`. */
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

/** Clamps, scales and rounds four coefficients; NaN becomes 0. */
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

/** Reads L, R, K at TRANSFORM and the grid at GRID_IN; writes TABLES. */
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

/** Stores four samples as i16, clamped to `least` and WIDE; those of less than `faint` become 0. */
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
 * Reads the lights' parameters behind L, R, K, the lights at LIGHTS_IN and the beam at BEAM_IN; writes LIGHTS.
 * Parameters: gain of the lights, gain of the beam, tint of the beam in U and V, 3x3 halo to code values, code value of
 * black, gain of core on luma and on chroma, cross terms of a lit pixel's U and V.
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

/** A cross term as 15 fraction bits in the low half of 32. */
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
