// What a grid leaves of the night.
import { AFFINE, BINS, COLUMN_FIRST, COLUMN_SHARE, COLUMNS, GAPS, MIXED, ROW_FIRST, ROW_SHARE, ROWS, SOLUTION } from './layout';

const ROW: i32 = COLUMNS * BINS * AFFINE;
const VERTEX_COLUMN: i32 = BINS * AFFINE;

/** Mixes two vertex rows for a row of pixels. */
function mixRow(y: i32): void {
  const first = load<i32>(ROW_FIRST + y * 4);
  const upper = SOLUTION + first * ROW;
  const lower = SOLUTION + min(ROWS - 1, first + 1) * ROW;
  const share = v128.load32_splat(ROW_SHARE + y * 4);
  for (let i = 0; i < ROW; i += 16) {
    const a = v128.load(upper + i);
    v128.store(MIXED + i, f32x4.add(a, f32x4.mul(share, f32x4.sub(v128.load(lower + i), a))));
  }
}

// @ts-ignore: decorator
@inline
function mix(a: v128, b: v128, share: v128): v128 {
  return f32x4.add(a, f32x4.mul(share, f32x4.sub(b, a)));
}

/** One input's transform at a pixel: of four vertices. */
// @ts-ignore: decorator
@inline
function sliced(left: usize, right: usize, across: v128, up: v128): v128 {
  const a = mix(v128.load(left), v128.load(left + AFFINE), up);
  return mix(a, mix(v128.load(right), v128.load(right + AFFINE), up), across);
}

/**
 * Writes the night less what the fitted grid makes of the day, three planes, to `out`. `stride` and `plane` are bytes. Returns the mean
 * of its squares, each weighed as for the grid.
 */
export function findResidual(
  day: usize,
  night: usize,
  weights: usize,
  out: usize,
  width: i32,
  height: i32,
  stride: i32,
  plane: i32,
): f32 {
  let total: f32 = 0;
  for (let y = 0; y < height; y++) {
    mixRow(y);
    let squares = f32x4.splat(0);
    for (let x = 0; x < width; x++) {
      const at = y * stride + x * 4;
      const luma = load<f32>(day + at);
      const place = min<f32>(1, max<f32>(0, luma)) * <f32>GAPS;
      const bin = min(GAPS - 1, <i32>place);
      const up = f32x4.splat(place - <f32>bin);
      const column = load<i32>(COLUMN_FIRST + x * 4);
      const left = MIXED + column * VERTEX_COLUMN + bin * AFFINE;
      const right = MIXED + min(COLUMNS - 1, column + 1) * VERTEX_COLUMN + bin * AFFINE;
      const across = v128.load32_splat(COLUMN_SHARE + x * 4);
      const a = f32x4.mul(f32x4.splat(luma), sliced(left, right, across, up));
      const b = f32x4.mul(v128.load32_splat(day + plane + at), sliced(left + 16, right + 16, across, up));
      const c = f32x4.mul(v128.load32_splat(day + 2 * plane + at), sliced(left + 32, right + 32, across, up));
      const made = f32x4.add(f32x4.add(a, b), f32x4.add(c, sliced(left + 48, right + 48, across, up)));
      const upper = v128.load32_lane(night + plane + at, v128.load32_zero(night + at), 1);
      const rest = f32x4.sub(v128.load32_lane(night + 2 * plane + at, upper, 2), made);
      v128.store32_lane(out + at, rest, 0);
      v128.store32_lane(out + plane + at, rest, 1);
      v128.store32_lane(out + 2 * plane + at, rest, 2);
      squares = f32x4.add(squares, f32x4.mul(v128.load32_splat(weights + at), f32x4.mul(rest, rest)));
    }
    total += f32x4.extract_lane(squares, 0) + f32x4.extract_lane(squares, 1) + f32x4.extract_lane(squares, 2);
  }
  return total / (<f32>3 * <f32>width * <f32>height);
}
