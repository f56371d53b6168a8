// Planes of half the size: what is smooth is computed on [36, 64] and doubled to [72, 128].
import { SCRATCH } from './layout';
import { HALF_HEIGHT, HALF_ROW, HEIGHT, ROW } from './sizes';

/** A row of half the size, with a vector to spare on either side. */
const MIXED: usize = SCRATCH + 16;

/** Returns the means of pairs of samples of eight. */
// @ts-ignore: decorator
@inline
function pairs(low: v128, high: v128): v128 {
  return f32x4.add(v128.shuffle<i32>(low, high, 0, 2, 4, 6), v128.shuffle<i32>(low, high, 1, 3, 5, 7));
}

/** Returns four 2 x 2 means of sums of two rows: `low`, then `high`. */
// @ts-ignore: decorator
@inline
export function halved(low: v128, high: v128): v128 {
  return f32x4.mul(f32x4.splat(0.25), pairs(low, high));
}

/** Writes the 2 x 2 means of a plane `[72, 128]`. */
export function halvePlane(source: usize, out: usize): void {
  for (let y = 0; y < HALF_HEIGHT; y++) {
    for (let x: usize = 0; x < ROW; x += 32) {
      const low = f32x4.add(v128.load(source + x), v128.load(source + x + ROW));
      const high = f32x4.add(v128.load(source + x, 16), v128.load(source + x + ROW, 16));
      v128.store(out, halved(low, high));
      out += 16;
    }
    source += 2 * ROW;
  }
}

/** Writes row `y` of a plane `[36, 64]`, doubled bilinearly. */
// @ts-ignore: decorator
@inline
export function doubleRow(half: usize, y: i32, out: usize): void {
  const three = f32x4.splat(0.75);
  const one = f32x4.splat(0.25);
  const near = half + <usize>(y >> 1) * HALF_ROW;
  const far = half + <usize>min(HALF_HEIGHT - 1, max(0, (y >> 1) + ((y & 1) << 1) - 1)) * HALF_ROW;
  for (let x: usize = 0; x < HALF_ROW; x += 16) {
    v128.store(MIXED + x, f32x4.add(f32x4.mul(three, v128.load(near + x)), f32x4.mul(one, v128.load(far + x))));
  }
  store<f32>(MIXED - 4, load<f32>(MIXED));
  store<f32>(MIXED + HALF_ROW, load<f32>(MIXED + HALF_ROW - 4));
  for (let x: usize = 0; x < HALF_ROW; x += 16) {
    const here = f32x4.mul(three, v128.load(MIXED + x));
    const left = f32x4.add(here, f32x4.mul(one, v128.load(MIXED + x - 4)));
    const right = f32x4.add(here, f32x4.mul(one, v128.load(MIXED + x + 4)));
    v128.store(out + 2 * x, v128.shuffle<i32>(left, right, 0, 4, 1, 5));
    v128.store(out + 2 * x, v128.shuffle<i32>(left, right, 2, 6, 3, 7), 16);
  }
}

/** Room for a doubled row, after {@link MIXED}. */
const DOUBLED: usize = MIXED + HALF_ROW + 16;

/** Doubles a plane `[36, 64]` bilinearly and adds it, and a constant, to a plane `[72, 128]`. */
export function addDoubled(half: usize, out: usize, constant: f32): void {
  for (let y = 0; y < HEIGHT; y++) {
    doubleRow(half, y, DOUBLED);
    for (let x: usize = 0; x < ROW; x += 16) {
      const added = f32x4.add(v128.load(DOUBLED + x), f32x4.splat(constant));
      v128.store(out + x, f32x4.add(v128.load(out + x), added));
    }
    out += ROW;
  }
}
