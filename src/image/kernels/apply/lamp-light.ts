// The light of one lamp on two rows of pixels, summed with that of the others: luma in code values with 4 fraction bits, where the
// largest sum saturates, and chroma for each two by two pixels with 16. The formula is that of src/look/look.ts. A Gaussian is
// the product of a profile over its columns, i16 with 15 fraction bits, computed once a frame, and a number for each row.
import { frameWidth, lampLuma, lampMarks, lampProfiles, lampRowBytes, lampU, lampV } from './frame';
import { bell, packed, power } from './lamp-math';
import * as lamps from './lamp-record';

/** Writes the profiles of a lamp: both parts of its glow, in pairs, then its spot. */
export function writeProfiles(lamp: usize): void {
  const glow = lampProfiles + load<i32>(lamp, lamps.L_PROFILES);
  const span = load<i32>(lamp, lamps.L_SPAN);
  const start = <f32>load<i32>(lamp, lamps.L_FROM) + 0.5 - load<f32>(lamp, lamps.L_X);
  if (load<f32>(lamp, lamps.L_GLOW_REACH) > 0) {
    const near = f32x4.splat(load<f32>(lamp, lamps.L_INVERSE_NEAR));
    const wide = f32x4.splat(load<f32>(lamp, lamps.L_INVERSE_WIDE));
    for (let x = 0; x < span; x += 4) {
      const dx = f32x4.add(f32x4.splat(start + <f32>x), f32x4(0, 1, 2, 3));
      const pair = packed(bellOf(dx, near), bellOf(dx, wide), f32x4.splat(32767));
      v128.store(glow + x * 4, v128.shuffle<i16>(pair, pair, 0, 4, 1, 5, 2, 6, 3, 7));
    }
  }
  if (load<f32>(lamp, lamps.L_HARDNESS) != 1) return;
  const inverse = f32x4.splat(load<f32>(lamp, lamps.L_INVERSE_X));
  for (let x = 0; x < span; x += 8) {
    const low = f32x4.add(f32x4.splat(start + <f32>x), f32x4(0, 1, 2, 3));
    const high = f32x4.add(low, f32x4.splat(4));
    v128.store(glow + span * 4 + x * 2, packed(bellOf(low, inverse), bellOf(high, inverse), f32x4.splat(32767)));
  }
}

/** Returns a Gaussian at distances; `inverse` is one over its radius. */
// @ts-ignore: decorator
@inline
function bellOf(distance: v128, inverse: v128): v128 {
  const radii = f32x4.mul(distance, inverse);
  return bell(f32x4.mul(radii, radii));
}

// The columns that the last `within` found.
let firstColumn: i32 = 0;
let endColumn: i32 = 0;

/** Finds the columns, from `from` on, within `half` of a lamp's centre: whole vectors of eight. */
// @ts-ignore: decorator
@inline
function within(lamp: usize, half: f32, from: i32): void {
  const center = load<f32>(lamp, lamps.L_X);
  firstColumn = <i32>max(<f32>from, floor(center - half)) & ~7;
  endColumn = <i32>min(<f32>frameWidth, ceil(center + half));
}

/** Marks the columns as lit. */
// @ts-ignore: decorator
@inline
function mark(first: i32, end: i32): void {
  for (let i = first >> 4; i < (end + 15) >> 4; i++) store<u8>(lampMarks + i, 1);
}

/**
 * Adds the light on eight pixels of both rows. `luma`, `chromaU` and `chromaV` are the addresses of their sums, `rowBytes`
 * apart.
 */
// @ts-ignore: decorator
@inline
function add(
  luma: usize,
  rowBytes: usize,
  chromaU: usize,
  chromaV: usize,
  upper: v128,
  lower: v128,
  u: v128,
  v: v128,
): void {
  v128.store(luma, i16x8.add_sat_s(v128.load(luma), upper));
  v128.store(luma + rowBytes, i16x8.add_sat_s(v128.load(luma + rowBytes), lower));
  const mean = i16x8.avgr_u(upper, lower);
  v128.store(chromaU, i32x4.add(v128.load(chromaU), i32x4.dot_i16x8_s(mean, u)));
  v128.store(chromaV, i32x4.add(v128.load(chromaV), i32x4.dot_i16x8_s(mean, v)));
}

/** Returns U or V of a lamp in all lanes. */
// @ts-ignore: decorator
@inline
function tintOf(lamp: usize, number: usize): v128 {
  return i16x8.splat(<i16>load<i32>(lamp + number));
}

/** Adds a lamp's glow to rows `row` and `row + 1`. False when it does not reach them. */
export function addGlow(lamp: usize, row: i32, from: i32): bool {
  const y0 = <f32>row + 0.5 - load<f32>(lamp, lamps.L_Y);
  const y1 = y0 + 1;
  const rest = load<f32>(lamp, lamps.L_GLOW_REACH) - min(y0 * y0, y1 * y1);
  if (rest <= 0) return false;
  within(lamp, sqrt<f32>(rest), from);
  // [4] upper and lower row of the near part, then of the wide part
  const inverseNear = load<f32>(lamp, lamps.L_INVERSE_NEAR);
  const inverseWide = load<f32>(lamp, lamps.L_INVERSE_WIDE);
  const near = v128.shuffle<i64>(f32x4.splat(inverseNear), f32x4.splat(inverseWide), 0, 2);
  const rows = f32x4.mul(f32x4.add(f32x4.splat(y0), f32x4(0, 1, 0, 1)), near);
  const falls = bell(f32x4.mul(rows, rows));
  const factors = packed(falls, falls, f32x4.splat(load<f32>(lamp, lamps.L_GLOW_LUMA)));
  const upper = v128.shuffle<i16>(factors, factors, 0, 2, 0, 2, 0, 2, 0, 2);
  const lower = v128.shuffle<i16>(factors, factors, 1, 3, 1, 3, 1, 3, 1, 3);
  const u = tintOf(lamp, lamps.L_U);
  const v = tintOf(lamp, lamps.L_V);
  const profiles = lampProfiles + load<i32>(lamp, lamps.L_PROFILES) - load<i32>(lamp, lamps.L_FROM) * 4;
  const end = endColumn;
  const luma = lampLuma;
  const rowBytes = lampRowBytes;
  const chromaU = lampU;
  const chromaV = lampV;
  mark(firstColumn, end);
  for (let x = firstColumn; x < end; x += 8) {
    const low = v128.load(profiles + x * 4);
    const high = v128.load(profiles + x * 4, 16);
    add(luma + x * 2, rowBytes, chromaU + x * 2, chromaV + x * 2, sumPairs(low, high, upper), sumPairs(low, high, lower), u, v);
  }
  return true;
}

/** Returns the sums of eight pairs of profiles times the pair of factors in every lane. */
// @ts-ignore: decorator
@inline
function sumPairs(low: v128, high: v128, factors: v128): v128 {
  const half = i32x4.splat(16384);
  const first = i32x4.shr_u(i32x4.add(i32x4.dot_i16x8_s(low, factors), half), 15);
  return i16x8.narrow_i32x4_s(first, i32x4.shr_u(i32x4.add(i32x4.dot_i16x8_s(high, factors), half), 15));
}

/** Adds a lamp's spot to rows `row` and `row + 1`, whose luma by day is at `day0` and `day1`, their V at `dayV`. False when it does not reach them. */
export function addSpot(lamp: usize, row: i32, from: i32, day0: usize, day1: usize, dayV: usize): bool {
  const inverseY = load<f32>(lamp, lamps.L_INVERSE_Y);
  const y0 = (<f32>row + 0.5 - load<f32>(lamp, lamps.L_Y)) * inverseY;
  const y1 = y0 + inverseY;
  const rest = load<f32>(lamp, lamps.L_SPOT_REACH) - min(y0 * y0, y1 * y1);
  if (rest <= 0) return false;
  const hasDay = load<f32>(lamp, lamps.L_DAY_END) > 0;
  const hasRed = load<f32>(lamp, lamps.L_RED_START) >= 0;
  if (load<f32>(lamp, lamps.L_HARDNESS) == 1 && !hasDay && !hasRed) {
    within(lamp, sqrt<f32>(rest) / load<f32>(lamp, lamps.L_INVERSE_X), from);
    addSoft(lamp, y0 * y0, y1 * y1);
  } else {
    within(lamp, sqrt<f32>(load<f32>(lamp, lamps.L_SPOT_REACH)) / load<f32>(lamp, lamps.L_INVERSE_X), from);
    if (hasDay) addBehind(lamp, y0 * y0, y1 * y1, day0, day1);
    else if (hasRed) addRed(lamp, y0 * y0, y1 * y1, dayV);
    else addHard(lamp, y0 * y0, y1 * y1);
  }
  return true;
}

/** Adds a Gaussian spot at squared distances of both rows, in radii. */
// @ts-ignore: decorator
@inline
function addSoft(lamp: usize, squared0: f32, squared1: f32): void {
  const squared = f32x4.replace_lane(f32x4.splat(squared0), 1, squared1);
  const falls = bell(squared);
  const factors = packed(falls, falls, f32x4.splat(load<f32>(lamp, lamps.L_SPOT_LUMA)));
  const upper = i16x8.splat(i16x8.extract_lane_s(factors, 0));
  const lower = i16x8.splat(i16x8.extract_lane_s(factors, 1));
  const u = tintOf(lamp, lamps.L_U);
  const v = tintOf(lamp, lamps.L_V);
  const offset = load<i32>(lamp, lamps.L_PROFILES) + load<i32>(lamp, lamps.L_SPAN) * 4;
  const profile = lampProfiles + offset - load<i32>(lamp, lamps.L_FROM) * 2;
  const end = endColumn;
  const luma = lampLuma;
  const rowBytes = lampRowBytes;
  const chromaU = lampU;
  const chromaV = lampV;
  mark(firstColumn, end);
  for (let x = firstColumn; x < end; x += 8) {
    const column = v128.load(profile + x * 2);
    add(luma + x * 2, rowBytes, chromaU + x * 2, chromaV + x * 2, i16x8.q15mulr_sat_s(column, upper), i16x8.q15mulr_sat_s(column, lower), u, v);
  }
}

/** Adds a harder spot, a rounded box: its profile is computed for every pixel. */
function addHard(lamp: usize, squared0: f32, squared1: f32): void {
  addBox(lamp, squared0, squared1, false, false, 0, 0, 0);
}

/** The same for one that shows only where the day is dark. */
function addBehind(lamp: usize, squared0: f32, squared1: f32, day0: usize, day1: usize): void {
  addBox(lamp, squared0, squared1, true, false, day0, day1, 0);
}

/** The same for one that shows only where the day is red. */
function addRed(lamp: usize, squared0: f32, squared1: f32, dayV: usize): void {
  addBox(lamp, squared0, squared1, false, true, 0, 0, dayV);
}

/** Returns a profile of four pixels, less where their `codes` of the day are near `end` or beyond it: above it, or with a negative slope below. */
// @ts-ignore: decorator
@inline
function shown(profile: v128, codes: v128, end: v128, slope: v128): v128 {
  const share = f32x4.mul(f32x4.sub(end, f32x4.convert_i32x4_u(codes)), slope);
  return f32x4.mul(profile, f32x4.max(f32x4.splat(0), f32x4.min(f32x4.splat(1), share)));
}

// @ts-ignore: decorator
@inline
function addBox(
  lamp: usize,
  squared0: f32,
  squared1: f32,
  hasDay: bool,
  hasRed: bool,
  day0: usize,
  day1: usize,
  dayV: usize,
): void {
  const inverse = load<f32>(lamp, lamps.L_INVERSE_X);
  const hardness = f32x4.splat(load<f32>(lamp, lamps.L_HARDNESS));
  const upper = power(f32x4.splat(squared0), hardness);
  const lower = power(f32x4.splat(squared1), hardness);
  const height = f32x4.splat(load<f32>(lamp, lamps.L_SPOT_LUMA));
  const u = tintOf(lamp, lamps.L_U);
  const v = tintOf(lamp, lamps.L_V);
  const start = <f32>firstColumn + 0.5 - load<f32>(lamp, lamps.L_X);
  const four = f32x4.splat(4 * inverse);
  const end = endColumn;
  const luma = lampLuma;
  const rowBytes = lampRowBytes;
  const chromaU = lampU;
  const chromaV = lampV;
  mark(firstColumn, end);
  const dayEnd = f32x4.splat(load<f32>(lamp, lamps.L_DAY_END));
  const daySlope = f32x4.splat(load<f32>(lamp, lamps.L_DAY_SLOPE));
  const redStart = f32x4.splat(load<f32>(lamp, lamps.L_RED_START));
  const redSlope = f32x4.splat(-load<f32>(lamp, lamps.L_RED_SLOPE));
  let dx = f32x4.mul(f32x4.add(f32x4.splat(start), f32x4(0, 1, 2, 3)), f32x4.splat(inverse));
  for (let x = firstColumn; x < end; x += 8) {
    const next = f32x4.add(dx, four);
    const low = power(f32x4.mul(dx, dx), hardness);
    const high = power(f32x4.mul(next, next), hardness);
    let upperLow = bell(f32x4.add(upper, low));
    let upperHigh = bell(f32x4.add(upper, high));
    let lowerLow = bell(f32x4.add(lower, low));
    let lowerHigh = bell(f32x4.add(lower, high));
    if (hasDay) {
      const above = v128.load8x8_u(day0 + x);
      const below = v128.load8x8_u(day1 + x);
      upperLow = shown(upperLow, i32x4.extend_low_i16x8_u(above), dayEnd, daySlope);
      upperHigh = shown(upperHigh, i32x4.extend_high_i16x8_u(above), dayEnd, daySlope);
      lowerLow = shown(lowerLow, i32x4.extend_low_i16x8_u(below), dayEnd, daySlope);
      lowerHigh = shown(lowerHigh, i32x4.extend_high_i16x8_u(below), dayEnd, daySlope);
    }
    if (hasRed) {
      const reds = v128.load32_zero(dayV + (x >> 1));
      const codes = i16x8.extend_low_i8x16_u(v128.shuffle<i8>(reds, reds, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7));
      const left = i32x4.extend_low_i16x8_u(codes);
      const right = i32x4.extend_high_i16x8_u(codes);
      upperLow = shown(upperLow, left, redStart, redSlope);
      upperHigh = shown(upperHigh, right, redStart, redSlope);
      lowerLow = shown(lowerLow, left, redStart, redSlope);
      lowerHigh = shown(lowerHigh, right, redStart, redSlope);
    }
    add(luma + x * 2, rowBytes, chromaU + x * 2, chromaV + x * 2, packed(upperLow, upperHigh, height), packed(lowerLow, lowerHigh, height), u, v);
    dx = f32x4.add(next, four);
  }
}
