// The lights layer: what the grid leaves that shines.
import { LIGHTS, LIGHTS_COLUMNS, LIGHTS_MOMENTS, LIGHTS_ROWS } from './layout';
export { LIGHTS } from './layout';

/** Bytes of a cell's moments: weight, Y, YY, R, RY, RR, two unused ones, U, V, RU, RV, where R, RU and RV are what the grid leaves. */
const CELL: i32 = 48;
const ROW: i32 = LIGHTS_COLUMNS * CELL;
const PLANE: i32 = LIGHTS_COLUMNS * LIGHTS_ROWS * 4;
/** The look's gains of `core`. */
const CORE_LUMA: f32 = 0.9;
const CORE_CHROMA: f32 = 1.4;
/** Light that counts half where it is even, luma: noise. */
const FLOOR: f32 = 0.012;
/** Share of the variance in what is left that speaks against light: what has both signs is no light. */
const UNEVEN: f32 = 0.2;
/** Variance of the day's luma from which a window says whether light falls on things. */
const TEXTURE: f32 = 0.001;
/** Light below which there is none: half a code value. */
const LEAST: f32 = 0.002;
/** Largest chroma of a light per luma: beyond it, the grid is wrong rather than a lamp coloured. */
const MAX_TINT: f32 = 0.9;

/**
 * Fits the lights layer to what a grid leaves, three planes at `rest`: light is positive, and even over some cells. Light that follows
 * the day's luma is a gain on it, the remainder is added. Writes {@link LIGHTS}.
 */
export function fitLights(day: usize, rest: usize, width: i32, height: i32, stride: i32, plane: i32): void {
  gather(day, rest, width, height, stride, plane);
  blurRows();
  blurColumns();
  for (let cell = 0; cell < LIGHTS_COLUMNS * LIGHTS_ROWS; cell++) write(LIGHTS_MOMENTS + cell * CELL, LIGHTS + cell * 4);
}

/** First sample of a cell, and the first one after it. */
// @ts-ignore: decorator
@inline
function firstOf(cell: i32, length: i32, count: i32): i32 {
  return min(length - 1, (cell * length) / count);
}
// @ts-ignore: decorator
@inline
function endOf(cell: i32, length: i32, count: i32): i32 {
  return ((cell + 1) * length + count - 1) / count;
}

/** Sums the moments of each cell over the samples that it touches. */
function gather(day: usize, rest: usize, width: i32, height: i32, stride: i32, plane: i32): void {
  let to = LIGHTS_MOMENTS;
  for (let row = 0; row < LIGHTS_ROWS; row++) {
    const top = firstOf(row, height, LIGHTS_ROWS);
    const bottom = endOf(row, height, LIGHTS_ROWS);
    for (let column = 0; column < LIGHTS_COLUMNS; column++) {
      const left = firstOf(column, width, LIGHTS_COLUMNS) * 4;
      const right = endOf(column, width, LIGHTS_COLUMNS) * 4;
      let a = f32x4.splat(0);
      let b = f32x4.splat(0);
      let c = f32x4.splat(0);
      const scale: f32 = 1 / <f32>((bottom - top) * ((right - left) >> 2));
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x += 4) {
          const at = y * stride + x;
          const from = day + at;
          const left = rest + at;
          const luma = v128.load32_splat(from);
          const light = v128.load32_splat(left);
          const one = f32x4.splat(1);
          // [1, Y, Y, 1] [1, 1, Y, R] and [R, R, 0, 0] [Y, R, 0, 0]
          a = f32x4.add(a, f32x4.mul(v128.shuffle<f32>(one, luma, 0, 4, 5, 1), v128.shuffle<f32>(v128.shuffle<f32>(one, luma, 0, 1, 4, 0), light, 0, 1, 2, 4)));
          b = f32x4.add(b, f32x4.mul(light, v128.shuffle<f32>(luma, light, 0, 4, 0, 4)));
          c = f32x4.add(
            c,
            v128.load32_lane(
              left + 2 * plane,
              v128.load32_lane(left + plane, v128.load32_lane(from + 2 * plane, v128.load32_zero(from + plane), 1), 2),
              3,
            ),
          );
        }
      }
      const weight = f32x4.splat(scale);
      v128.store(to, f32x4.mul(a, weight));
      v128.store(to, f32x4.mul(b, weight), 16);
      v128.store(to, f32x4.mul(c, weight), 32);
      to += CELL;
    }
  }
}

/** Weighs three vectors 1, 2, 1. */
// @ts-ignore: decorator
@inline
function smooth(a: v128, b: v128, c: v128): v128 {
  return f32x4.mul(f32x4.splat(0.25), f32x4.add(f32x4.add(a, c), f32x4.add(b, b)));
}

function blurRows(): void {
  for (let row = 0; row < LIGHTS_ROWS; row++) blurLine(LIGHTS_MOMENTS + row * ROW, CELL, LIGHTS_COLUMNS);
}

function blurColumns(): void {
  for (let column = 0; column < LIGHTS_COLUMNS; column++) blurLine(LIGHTS_MOMENTS + column * CELL, ROW, LIGHTS_ROWS);
}

/** Blurs cells in a line, in place; clamped at its ends. */
function blurLine(line: usize, step: i32, count: i32): void {
  for (let vector = line; vector < line + CELL; vector += 16) {
    let before = v128.load(vector);
    let own = before;
    let at = vector;
    for (let i = 1; i < count; i++, at += step) {
      const after = v128.load(at + step);
      v128.store(at, smooth(before, own, after));
      before = own;
      own = after;
    }
    v128.store(at, smooth(before, own, own));
  }
}

/** Writes one cell of the layer. */
function write(moments: usize, out: usize): void {
  const luma = load<f32>(moments, 4);
  const mean = load<f32>(moments, 12);
  store<f32>(out, 0);
  store<f32>(out, 0, PLANE);
  store<f32>(out, 0, 2 * PLANE);
  store<f32>(out, 0, 3 * PLANE);
  if (!(mean > 0)) return;
  const uneven = max<f32>(0, load<f32>(moments, 20) - mean * mean);
  const trust = (mean * mean) / (mean * mean + UNEVEN * uneven + FLOOR * FLOOR);
  const light = trust * mean;
  if (light < LEAST) return;
  const spread = max<f32>(0, load<f32>(moments, 8) - luma * luma);
  const slope = (load<f32>(moments, 16) - luma * mean) / (spread + TEXTURE);
  const core = min<f32>(light / max<f32>(luma, 0.02), max<f32>(0, trust * slope)) / CORE_LUMA;
  const tint = MAX_TINT * light;
  const u = min<f32>(tint, max<f32>(-tint, trust * load<f32>(moments, 40)));
  const v = min<f32>(tint, max<f32>(-tint, trust * load<f32>(moments, 44)));
  store<f32>(out, core);
  store<f32>(out, max<f32>(0, light - CORE_LUMA * core * luma), PLANE);
  store<f32>(out, u - CORE_CHROMA * core * load<f32>(moments, 32), 2 * PLANE);
  store<f32>(out, v - CORE_CHROMA * core * load<f32>(moments, 36), 3 * PLANE);
}
