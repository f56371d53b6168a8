// What a luma becomes at each of the grid's cells, by its code: the luma rows look it up and interpolate between cells.
import * as at from './layout';

/** The row of cells above the rows that {@link at.CORNERS} serves; -1: none yet. */
let preparedRow: i32 = -1;

/** Forgets the corners: the tables have changed. */
export function forgetCorners(): void {
  preparedRow = -1;
}

/** A coefficient of four codes between their two bins, times what `pair` holds. */
// @ts-ignore: decorator
@inline
function term(table: v128, mask: v128, pair: v128): v128 {
  return i32x4.dot_i16x8_s(i8x16.swizzle(table, mask), pair);
}

/** `A Y + D` of four codes, 3 fraction bits: -4096 to 4096 holds any. */
// @ts-ignore: decorator
@inline
function curve(a: v128, d: v128, codes: usize): v128 {
  const mask = v128.load(codes);
  const sum = i32x4.add(term(a, mask, v128.load(codes, 32)), term(d, mask, v128.load(codes, 16)));
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(32768)), 16);
}

/** A cross term of four codes, 12 fraction bits. */
// @ts-ignore: decorator
@inline
function cross(b: v128, codes: usize): v128 {
  return i32x4.shr_s(i32x4.add(term(b, v128.load(codes), v128.load(codes, 16)), i32x4.splat(8192)), 14);
}

/** Fills CURVES from TABLES and CODE_QUADS; what chroma does to luma only where a row of cells lets it. */
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

/** Writes what luma becomes at the four cells around, for each pair of columns and each code. */
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

/** Pairs of U's and V's numbers of one cell, for four codes of eight. */
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

/** Writes what U and V count for luma at the four cells around, for each pair of columns and each code. */
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

/** Makes CORNERS those between the rows of cells `row` and `row + 1`, and CROSS_CORNERS where chroma `mixes` into luma. */
export function prepareCorners(row: i32, mixes: bool): void {
  if (row == preparedRow) return;
  preparedRow = row;
  const curves = at.CURVES + row * at.GRID_WIDTH * at.CURVE_BYTES;
  writeCorners(curves);
  if (mixes) writeCrossCorners(curves + at.CURVES_BYTES);
}
