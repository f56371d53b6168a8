// Sums of products of day and night in each interval of the grid.
//
// A sample of luma Y is in the interval `k` of luma, at `t` from 0 to 1: Y = (k + t) / 7. All that the normal equations need of Y and of
// the weights of its two bins are polynomials of `t`, so the moments of the day are sums of
//     1, t, t^2, t^3, t^4;  U, U t, U t^2, U t^3;  V ... V t^3;  UU, UU t, UU t^2;  UV ...;  VV ...
// and those of day and night sums, for each output, of N, N t, N t^2, N U, N U t, N V, N V t. Each sum is kept for the products of the
// weights of the interval's two columns, and of its two rows: first for one column of pixels, then for all of the interval's.
import {
  COLUMN_FIRST,
  COLUMN_GAP,
  COLUMN_MOMENTS,
  COLUMN_SHARE,
  DAY_VECTORS,
  GAPS,
  INTERVAL,
  INTERVALS,
  NIGHT_VECTORS,
  PAIRS,
  ROW_SHARE,
} from './layout';

const DAY_BYTES: i32 = 16 * DAY_VECTORS;
const NIGHT_BYTES: i32 = 16 * NIGHT_VECTORS;
const COLUMN_NIGHT: i32 = PAIRS * DAY_BYTES;
/** Offset of the moments of day and night in an interval. */
export const INTERVAL_NIGHT: i32 = PAIRS * PAIRS * DAY_BYTES;

/** Adds `weight` times a vector to memory. */
// @ts-ignore: decorator
@inline
function addTo(at: usize, value: v128, weight: v128): void {
  v128.store(at, f32x4.add(v128.load(at), f32x4.mul(value, weight)));
}

/**
 * Adds a column of samples to its interval. Every `step`th row from `first` up to `end`. `day` and `night` are the addresses of the
 * column's first rows, `weights` that of the samples' weights; `stride` the bytes of a row, `plane` those of a plane.
 */
export function addColumn(day: usize, night: usize, weights: usize, x: i32, first: i32, end: i32, step: i32, stride: i32, plane: i32): void {
  memory.fill(COLUMN_MOMENTS, 0, GAPS * COLUMN_GAP);
  let used: i32 = 0;
  const at = x * 4;
  for (let y = first; y < end; y += step) {
    const from = day + y * stride + at;
    const to = night + y * stride + at;
    const luma = min<f32>(1, max<f32>(0, load<f32>(from)));
    const u = load<f32>(from + plane);
    const v = load<f32>(from + 2 * plane);
    const n = v128.load32_lane(to + 2 * plane, v128.load32_lane(to + plane, v128.load32_zero(to), 1), 2);
    const place = luma * <f32>GAPS;
    const gap = min(GAPS - 1, <i32>place);
    const t = place - <f32>gap;
    used |= 1 << gap;
    const t2 = t * t;
    const ts = f32x4.splat(t);
    const ones = f32x4.splat(1);
    const upTo2 = f32x4.mul(v128.shuffle<f32>(ones, ts, 0, 4, 5, 6), v128.shuffle<f32>(ones, ts, 0, 1, 4, 5));
    const powers = f32x4.mul(upTo2, v128.shuffle<f32>(ones, ts, 0, 1, 2, 4)); // 1, t, t^2, t^3
    const uPowers = f32x4.mul(f32x4.splat(u), powers);
    const vPowers = f32x4.mul(f32x4.splat(v), powers);
    const weight = load<f32>(weights + y * stride + at);
    const share = load<f32>(ROW_SHARE + y * 4);
    const rest: f32 = 1 - share;
    const a = f32x4.splat(weight * rest * rest);
    const b = f32x4.splat(weight * rest * share);
    const c = f32x4.splat(weight * share * share);
    const column = COLUMN_MOMENTS + gap * COLUMN_GAP;
    addDay(column, 0, powers, a, b, c);
    addDay(column, 16, uPowers, a, b, c);
    addDay(column, 32, vPowers, a, b, c);
    addDay(column, 48, f32x4.mul(f32x4.splat(u), uPowers), a, b, c);
    addDay(column, 64, f32x4.mul(f32x4.splat(u), vPowers), a, b, c);
    // Of the fourth powers of `t` only one is needed: it takes the place of VV t^3.
    addDay(column, 80, f32x4.replace_lane(f32x4.mul(f32x4.splat(v), vPowers), 3, t2 * t2), a, b, c);
    const low = f32x4.splat(weight * rest);
    const high = f32x4.splat(weight * share);
    const nt = f32x4.mul(n, f32x4.splat(t));
    const nu = f32x4.mul(n, f32x4.splat(u));
    const nv = f32x4.mul(n, f32x4.splat(v));
    addNight(column, 0, n, low, high);
    addNight(column, 16, nt, low, high);
    addNight(column, 32, f32x4.mul(n, f32x4.splat(t2)), low, high);
    addNight(column, 48, nu, low, high);
    addNight(column, 64, f32x4.mul(nt, f32x4.splat(u)), low, high);
    addNight(column, 80, nv, low, high);
    addNight(column, 96, f32x4.mul(nt, f32x4.splat(v)), low, high);
  }
  addToInterval(x, used);
}

// @ts-ignore: decorator
@inline
function addDay(column: usize, offset: i32, value: v128, a: v128, b: v128, c: v128): void {
  addTo(column + offset, value, a);
  addTo(column + offset + DAY_BYTES, value, b);
  addTo(column + offset + 2 * DAY_BYTES, value, c);
}

// @ts-ignore: decorator
@inline
function addNight(column: usize, offset: i32, value: v128, low: v128, high: v128): void {
  addTo(column + COLUMN_NIGHT + offset, value, low);
  addTo(column + COLUMN_NIGHT + NIGHT_BYTES + offset, value, high);
}

/** Adds a column's moments to those of its interval. @param used a bit for each interval of luma that holds a sample. */
function addToInterval(x: i32, used: i32): void {
  const share = load<f32>(COLUMN_SHARE + x * 4);
  const rest: f32 = 1 - share;
  const a = f32x4.splat(rest * rest);
  const b = f32x4.splat(rest * share);
  const c = f32x4.splat(share * share);
  const low = f32x4.splat(rest);
  const high = f32x4.splat(share);
  const column = load<i32>(COLUMN_FIRST + x * 4);
  for (let gap = 0; gap < GAPS; gap++) {
    if ((used & (1 << gap)) == 0) continue;
    const from = COLUMN_MOMENTS + gap * COLUMN_GAP;
    const to = INTERVALS + (column * GAPS + gap) * INTERVAL;
    for (let i = 0; i < PAIRS * DAY_BYTES; i += 16) {
      const value = v128.load(from + i);
      addTo(to + i, value, a);
      addTo(to + i + PAIRS * DAY_BYTES, value, b);
      addTo(to + i + 2 * PAIRS * DAY_BYTES, value, c);
    }
    for (let i = 0; i < 2 * NIGHT_BYTES; i += 16) {
      const value = v128.load(from + COLUMN_NIGHT + i);
      addTo(to + INTERVAL_NIGHT + i, value, low);
      addTo(to + INTERVAL_NIGHT + 2 * NIGHT_BYTES + i, value, high);
    }
  }
}
