// Fast guided filter: smooths a plane but keeps the edges of another one.
import { boxBlur } from './blur';
import { doubleRow, halvePlane } from './half-plane';
import { SCRATCH, SCRATCH_BYTES } from './layout';
import { HALF, HALF_HEIGHT, HALF_WIDTH, HEIGHT, ROW } from './sizes';

/** Rows of both coefficients of the fit, at the end of the scratch memory, which rows of half planes do not reach. */
const SLOPES: usize = SCRATCH + SCRATCH_BYTES - 2 * ROW;
const OFFSETS: usize = SLOPES + ROW;

/**
 * Smooths `input` along `guide`, planes `[72, 128]` (He and Sun 2015); windows of `radius` and means are those of half the size. `out` may be
 * either. `epsilon` is the variance of the guide below which it counts as plain. `spare` has room for four planes `[36, 64]`.
 */
export function guidedFilter(
  guide: usize,
  input: usize,
  out: usize,
  radius: i32,
  epsilon: f32,
  spare: usize,
): void {
  const guides = spare;
  const slopes = spare + HALF;
  const inputs = input == guide ? guides : spare + 2 * HALF;
  const products = input == guide ? slopes : spare + 3 * HALF;
  const offsets = spare + 3 * HALF;
  halvePlane(guide, guides);
  multiply(guides, guides, slopes);
  if (input != guide) {
    halvePlane(input, inputs);
    multiply(guides, inputs, products);
    smooth(inputs, radius);
    smooth(products, radius);
  }
  smooth(guides, radius);
  smooth(slopes, radius);
  fit(guides, slopes, inputs, products, offsets, epsilon);
  smooth(slopes, radius);
  smooth(offsets, radius);
  for (let y = 0; y < HEIGHT; y++) {
    doubleRow(slopes, y, SLOPES);
    doubleRow(offsets, y, OFFSETS);
    const start = <usize>y * ROW;
    for (let x: usize = 0; x < ROW; x += 16) {
      const value = f32x4.mul(v128.load(SLOPES + x), v128.load(guide + start + x));
      v128.store(out + start + x, f32x4.add(value, v128.load(OFFSETS + x)));
    }
  }
}

function multiply(a: usize, b: usize, out: usize): void {
  for (let at: usize = 0; at < HALF; at += 16) {
    v128.store(out + at, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  }
}

function smooth(plane: usize, radius: i32): void {
  boxBlur(plane, plane, HALF_WIDTH, HALF_HEIGHT, radius, radius, true);
}

/** Turns the means of guide, its squares, input and products of both into the linear fit of each window: slopes in place of squares. */
function fit(guides: usize, slopes: usize, inputs: usize, products: usize, offsets: usize, epsilon: f32): void {
  for (let at: usize = 0; at < HALF; at += 16) {
    const mean = v128.load(guides + at);
    const input = v128.load(inputs + at);
    const joint = f32x4.sub(v128.load(products + at), f32x4.mul(mean, input));
    const variance = f32x4.pmax(f32x4.splat(0), f32x4.sub(v128.load(slopes + at), f32x4.mul(mean, mean)));
    const slope = f32x4.div(joint, f32x4.add(variance, f32x4.splat(epsilon)));
    v128.store(slopes + at, slope);
    v128.store(offsets + at, f32x4.sub(input, f32x4.mul(slope, mean)));
  }
}
