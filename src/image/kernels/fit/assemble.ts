// The normal equations of the grid, from the moments of its intervals.
import {
  AFFINE,
  BINS,
  COLUMNS,
  CURVE_MATRICES,
  CURVE_RIGHT,
  GAPS,
  INTERVAL,
  INTERVALS,
  MATRICES,
  NEIGHBOURS,
  RIGHT,
  ROWS,
  SYMMETRIC,
} from './layout';
import { INTERVAL_NIGHT } from './moments';

/** Luma of an interval's start and its length: Y = start + LENGTH t. */
const LENGTH: f32 = <f32>1 / <f32>GAPS;
/** Offsets of an interval's moments: row pair of a column pair, and column pair. */
const ROW_PAIR: i32 = 96;
const COLUMN_PAIR: i32 = 288;
const ROW_END: i32 = 112;
const COLUMN_END: i32 = 224;
/** Three symmetric matrices, for the products of luma's weights: both low, low and high, both high; then right sides, low and high. */
const SCRATCH: usize = 512;
const SCRATCH_RIGHT: usize = SCRATCH + 3 * SYMMETRIC;

/** Adds the intervals between vertex rows `row` and `row + 1` to the equations, of the grid and of the whole image's curve. */
export function addIntervals(row: i32): void {
  for (let column = 0; column < COLUMNS; column++) {
    for (let gap = 0; gap < GAPS; gap++) {
      const interval = INTERVALS + (column * GAPS + gap) * INTERVAL;
      if (isEmpty(interval)) continue;
      const vertex = (row * COLUMNS + column) * BINS + gap;
      for (let across = 0; across < 3; across++) {
        for (let down = 0; down < 3; down++) {
          matricesOf(interval + across * COLUMN_PAIR + down * ROW_PAIR, gap);
          addPairs(vertex, row, column, down, across);
          addCurvePairs(gap, (across == 1 ? 2 : 1) * (down == 1 ? 2 : 1));
        }
      }
      for (let across = 0; across < 2; across++) {
        for (let down = 0; down < 2; down++) {
          rightsOf(interval + INTERVAL_NIGHT + across * COLUMN_END + down * ROW_END, gap);
          const inside = row + down < ROWS && column + across < COLUMNS;
          if (inside) addRights(RIGHT + (vertex + (down * COLUMNS + across) * BINS) * AFFINE);
          addRights(CURVE_RIGHT + gap * AFFINE);
        }
      }
    }
  }
}

function isEmpty(interval: usize): bool {
  for (let i = 0; i < 9; i++) if (load<f32>(interval + i * ROW_PAIR) != 0) return false;
  return true;
}

/** Products of luma's two weights with a polynomial of `t`, whose sums from a power on are at `sums`. */
// @ts-ignore: decorator
@inline
function weigh(sums: usize, pair: i32): f32 {
  const second = load<f32>(sums, 8);
  if (pair == 2) return second;
  const first = load<f32>(sums, 4);
  if (pair == 1) return first - second;
  return load<f32>(sums) - 2 * first + second;
}

/** Writes the three matrices of luma's pairs of weights. */
function matricesOf(moments: usize, gap: i32): void {
  const start = <f32>gap * LENGTH;
  // The fifth of the plain sums is kept apart: five in a row, for the shift by two.
  const plain: usize = SCRATCH_RIGHT + 2 * AFFINE;
  v128.store(plain, v128.load(moments));
  store<f32>(plain, load<f32>(moments, 92), 16);
  for (let pair = 0; pair < 3; pair++) {
    const out = SCRATCH + pair * SYMMETRIC;
    const one = weigh(plain, pair);
    const t = weigh(plain + 4, pair);
    const tt = weigh(plain + 8, pair);
    const u = weigh(moments + 16, pair);
    const v = weigh(moments + 32, pair);
    store<f32>(out, start * start * one + 2 * start * LENGTH * t + LENGTH * LENGTH * tt);
    store<f32>(out, start * u + LENGTH * weigh(moments + 20, pair), 4);
    store<f32>(out, start * v + LENGTH * weigh(moments + 36, pair), 8);
    store<f32>(out, start * one + LENGTH * t, 12);
    store<f32>(out, weigh(moments + 48, pair), 16);
    store<f32>(out, weigh(moments + 64, pair), 20);
    store<f32>(out, u, 24);
    store<f32>(out, weigh(moments + 80, pair), 28);
    store<f32>(out, v, 32);
    store<f32>(out, one, 36);
  }
}

/** Adds the matrices of one pair of rows and one of columns to the pairs of vertices that have these weights. */
function addPairs(vertex: i32, row: i32, column: i32, down: i32, across: i32): void {
  // Of a mixed pair either vertex may be the first one.
  const y0 = down == 2 ? 1 : 0;
  const y1 = down == 0 ? 0 : 1;
  if ((row + y1 >= ROWS) || (column + (across == 0 ? 0 : 1) >= COLUMNS)) return;
  const xFrom = across == 2 ? 1 : 0;
  const xTo = across == 0 ? 0 : 1;
  if (y0 == y1) {
    if (xFrom == xTo) {
      addLumaPairs(vertex + (y0 * COLUMNS + xFrom) * BINS, 0, 0);
    } else {
      addLumaPairs(vertex + y0 * COLUMNS * BINS, 0, 1);
    }
  } else if (xFrom == xTo) {
    addLumaPairs(vertex + xFrom * BINS, 1, 0);
  } else {
    addLumaPairs(vertex, 1, 1);
    addLumaPairs(vertex + BINS, 1, -1);
  }
}

/** Adds to the pairs of `vertex`, or the bin above it, with the one `dy` rows and `dx` columns on, or the bin above that. */
function addLumaPairs(vertex: i32, dy: i32, dx: i32): void {
  const base = MATRICES + vertex * NEIGHBOURS * SYMMETRIC;
  const next = base + NEIGHBOURS * SYMMETRIC;
  addMatrix(base + neighbour(dy, dx, 0), SCRATCH);
  addMatrix(next + neighbour(dy, dx, 0), SCRATCH + 2 * SYMMETRIC);
  addMatrix(base + neighbour(dy, dx, 1), SCRATCH + SYMMETRIC);
  if (dy != 0 || dx != 0) addMatrix(next + neighbour(dy, dx, -1), SCRATCH + SYMMETRIC);
}

/** Returns the offset of a neighbour's matrix. */
// @ts-ignore: decorator
@inline
export function neighbour(dy: i32, dx: i32, dz: i32): i32 {
  if (dy == 0) return (dx == 0 ? dz : 3 + dz) * SYMMETRIC;
  return (9 + 3 * dx + dz) * SYMMETRIC;
}

// @ts-ignore: decorator
@inline
function addMatrix(to: usize, from: usize): void {
  v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  v128.store(to, f32x4.add(v128.load(to, 16), v128.load(from, 16)), 16);
  v128.store(to, f32x4.add(v128.load(to, 32), v128.load(from, 32)), 32);
}

function addCurvePairs(gap: i32, times: i32): void {
  const base = CURVE_MATRICES + 2 * gap * SYMMETRIC;
  for (let i = 0; i < times; i++) {
    addMatrix(base, SCRATCH);
    addMatrix(base + SYMMETRIC, SCRATCH + SYMMETRIC);
    addMatrix(base + 2 * SYMMETRIC, SCRATCH + 2 * SYMMETRIC);
  }
}

/** Writes the right sides of luma's low and high weight. */
function rightsOf(moments: usize, gap: i32): void {
  const start = f32x4.splat(<f32>gap * LENGTH);
  const length = f32x4.splat(LENGTH);
  const one = v128.load(moments);
  const t = v128.load(moments, 16);
  const tt = v128.load(moments, 32);
  const u = v128.load(moments, 48);
  const ut = v128.load(moments, 64);
  const v = v128.load(moments, 80);
  const vt = v128.load(moments, 96);
  const high = f32x4.add(f32x4.mul(start, t), f32x4.mul(length, tt));
  const all = f32x4.add(f32x4.mul(start, one), f32x4.mul(length, t));
  v128.store(SCRATCH_RIGHT, f32x4.sub(all, high));
  v128.store(SCRATCH_RIGHT, f32x4.sub(u, ut), 16);
  v128.store(SCRATCH_RIGHT, f32x4.sub(v, vt), 32);
  v128.store(SCRATCH_RIGHT, f32x4.sub(one, t), 48);
  v128.store(SCRATCH_RIGHT, high, 64);
  v128.store(SCRATCH_RIGHT, ut, 80);
  v128.store(SCRATCH_RIGHT, vt, 96);
  v128.store(SCRATCH_RIGHT, t, 112);
}

/** Adds the right sides to a vertex and to the bin above it. */
function addRights(to: usize): void {
  for (let i: usize = 0; i < 128; i += 16) {
    v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(SCRATCH_RIGHT + i)));
  }
}
