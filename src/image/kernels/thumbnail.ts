// The thumbnail kernel resamples rows of a frame's planes to four rows of a thumbnail or a detail, BT.709 full range.

/** Size of the output; see {@link setSize}. */
let columns: i32 = 256;
let rows: i32 = 144;
/** The largest size: a detail's. */
const MAX_COLUMNS: i32 = 448;
const MAX_ROWS: i32 = 256;
/**
 * Bytes of one resampling tap: first and last source sample, then f32 weights of the first, of the last, of those
 * between.
 */
const TAP: i32 = 20;

/** 3 rows of 4, f32: `[Y, U, V, 1]` in code values to BT.709 full range. */
export const MATRIX: usize = 1024;
/** Resampling taps of the output's rows, for luma and for chroma, then of its columns. */
export const LUMA_ROWS: usize = MATRIX + 64;
export const CHROMA_ROWS: usize = LUMA_ROWS + MAX_ROWS * TAP;
export const LUMA_COLUMNS: usize = CHROMA_ROWS + MAX_ROWS * TAP;
export const CHROMA_COLUMNS: usize = LUMA_COLUMNS + MAX_COLUMNS * TAP;
/** `[3, rows, columns]` f32: the thumbnail or the detail. */
export const OUTPUT: usize = CHROMA_COLUMNS + MAX_COLUMNS * TAP;

/** Sets the size of the output: columns up to 448, rows up to 256 and a multiple of 4. */
export function setSize(width: i32, height: i32): void {
  columns = width;
  rows = height;
}

/** Returns the start of the scratch memory, after the output: see {@link scratchBytes}. */
export function scratchStart(): usize {
  return OUTPUT + 3 * columns * rows * 4;
}

/** Returns the columns of a row of sums: a multiple of 16. */
function padded(width: i32): i32 {
  return (width + 15) & ~15;
}

/** Returns the scratch bytes for frames of a width: four rows of sums, then the sums of Y, U and V by column. */
export function scratchBytes(width: i32): i32 {
  return (padded(width) + padded(width) + 2 * padded(width >> 1)) * 16;
}

/** Returns four weighted sums: of the rows between (as integers), of the first row and of the last row. */
// @ts-ignore: decorator
@inline
function summed(between: v128, first: v128, last: v128, weights: usize): v128 {
  const a = f32x4.mul(f32x4.convert_i32x4_s(first), v128.load32_splat(weights));
  const b = f32x4.mul(f32x4.convert_i32x4_s(last), v128.load32_splat(weights, 4));
  const c = f32x4.mul(f32x4.convert_i32x4_s(between), v128.load32_splat(weights, 8));
  return f32x4.add(f32x4.add(a, b), c);
}

/** Sums the source rows of one output row; `plane` is the address of source row `base`. */
function sumRows(tap: usize, plane: usize, stride: i32, base: i32, width: i32, to: usize): void {
  const first = plane + (load<i32>(tap) - base) * stride;
  const last = plane + (load<i32>(tap, 4) - base) * stride;
  const weights = tap + 8;
  for (let x = 0; x < width; x += 16) {
    let low = i64x2.splat(0);
    let high = i64x2.splat(0);
    for (let row = first + stride + x; row < last + x; row += stride) {
      low = i16x8.add(low, v128.load8x8_u(row));
      high = i16x8.add(high, v128.load8x8_u(row, 8));
    }
    const f0 = v128.load8x8_u(first + x);
    const f1 = v128.load8x8_u(first + x, 8);
    const l0 = v128.load8x8_u(last + x);
    const l1 = v128.load8x8_u(last + x, 8);
    const out = to + x * 4;
    v128.store(out, summed(lower(low), lower(f0), lower(l0), weights));
    v128.store(out, summed(upper(low), upper(f0), upper(l0), weights), 16);
    v128.store(out, summed(lower(high), lower(f1), lower(l1), weights), 32);
    v128.store(out, summed(upper(high), upper(f1), upper(l1), weights), 48);
  }
}

// @ts-ignore: decorator
@inline
function lower(a: v128): v128 {
  return i32x4.extend_low_i16x8_u(a);
}

// @ts-ignore: decorator
@inline
function upper(a: v128): v128 {
  return i32x4.extend_high_i16x8_u(a);
}

/** Transposes four rows of sums to consecutive columns of four. */
function transpose(rows: usize, width: i32, to: usize): void {
  const row = width * 4;
  for (let x = 0; x < width; x += 4) {
    const from = rows + x * 4;
    const a = v128.load(from);
    const b = v128.load(from + row);
    const c = v128.load(from + 2 * row);
    const d = v128.load(from + 3 * row);
    const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const ef = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const gh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    const out = to + x * 16;
    v128.store(out, v128.shuffle<i64>(ab, cd, 0, 2));
    v128.store(out, v128.shuffle<i64>(ab, cd, 1, 3), 16);
    v128.store(out, v128.shuffle<i64>(ef, gh, 0, 2), 32);
    v128.store(out, v128.shuffle<i64>(ef, gh, 1, 3), 48);
  }
}

function sumPlane(taps: usize, plane: usize, stride: i32, base: i32, width: i32, to: usize): void {
  const wide = padded(width);
  const scratch = scratchStart();
  for (let r = 0; r < 4; r++) sumRows(taps + r * TAP, plane, stride, base, width, scratch + r * wide * 4);
  transpose(scratch, wide, to);
}

/** Sums the source columns of one output column, four rows at once. */
// @ts-ignore: decorator
@inline
function sumColumns(tap: usize, sums: usize): v128 {
  const first = sums + load<i32>(tap) * 16;
  const last = sums + load<i32>(tap, 4) * 16;
  let between = i64x2.splat(0);
  for (let column = first + 16; column < last; column += 16) between = f32x4.add(between, v128.load(column));
  const a = f32x4.mul(v128.load(first), v128.load32_splat(tap, 8));
  const b = f32x4.mul(v128.load(last), v128.load32_splat(tap, 12));
  return f32x4.add(f32x4.add(a, b), f32x4.mul(between, v128.load32_splat(tap, 16)));
}

// @ts-ignore: decorator
@inline
function mixInto(out: usize, stride: i32, row: usize, y: v128, u: v128, v: v128): void {
  const sum = f32x4.add(
    f32x4.add(f32x4.mul(y, v128.load32_splat(row)), f32x4.mul(u, v128.load32_splat(row, 4))),
    f32x4.add(f32x4.mul(v, v128.load32_splat(row, 8)), v128.load32_splat(row, 12)),
  );
  v128.store32_lane(out, sum, 0);
  v128.store32_lane(out + stride, sum, 1);
  v128.store32_lane(out + 2 * stride, sum, 2);
  v128.store32_lane(out + 3 * stride, sum, 3);
}

/**
 * Writes output rows `row` to `row + 4`. `y`, `u` and `v` are the addresses of the planes' rows `lumaBase` and `chromaBase`. The
 * planes hold all source rows of these four rows, and 16 readable bytes after the last one.
 */
export function reduce(
  row: i32,
  width: i32,
  y: usize,
  u: usize,
  v: usize,
  strideY: i32,
  strideU: i32,
  strideV: i32,
  lumaBase: i32,
  chromaBase: i32,
): void {
  const half = width >> 1;
  const stride = columns * 4;
  const plane = stride * rows;
  const columnsY = scratchStart() + padded(width) * 16;
  const columnsU = columnsY + padded(width) * 16;
  const columnsV = columnsU + padded(half) * 16;
  sumPlane(LUMA_ROWS + row * TAP, y, strideY, lumaBase, width, columnsY);
  sumPlane(CHROMA_ROWS + row * TAP, u, strideU, chromaBase, half, columnsU);
  sumPlane(CHROMA_ROWS + row * TAP, v, strideV, chromaBase, half, columnsV);
  for (let x = 0; x < columns; x++) {
    const sumY = sumColumns(LUMA_COLUMNS + x * TAP, columnsY);
    const sumU = sumColumns(CHROMA_COLUMNS + x * TAP, columnsU);
    const sumV = sumColumns(CHROMA_COLUMNS + x * TAP, columnsV);
    const out = OUTPUT + row * stride + x * 4;
    mixInto(out, stride, MATRIX, sumY, sumU, sumV);
    mixInto(out + plane, stride, MATRIX + 16, sumY, sumU, sumV);
    mixInto(out + 2 * plane, stride, MATRIX + 32, sumY, sumU, sumV);
  }
}
