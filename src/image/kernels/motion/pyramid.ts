import { BEFORE, COMPENSATED, HEIGHT, IN, LAST_BACKWARD, LEVELS, NOW, planeOf, WIDTH } from './layout';

/** Bytes of all levels. */
const SIZE: i32 = 256 * 144 + 128 * 72 + 64 * 36 + 32 * 18;

/** Builds the current pyramid: the thumbnail's luma as bytes, then coarser levels as means of 2x2. */
export function reduceNow(): void {
  for (let i = 0; i < WIDTH * HEIGHT; i += 16) {
    const from = IN + i * 4;
    const low = i16x8.narrow_i32x4_s(byteOf(from), byteOf(from + 16));
    const high = i16x8.narrow_i32x4_s(byteOf(from + 32), byteOf(from + 48));
    v128.store(NOW + i, i8x16.narrow_i16x8_u(low, high));
  }
  for (let level = 1; level < LEVELS; level++) {
    halve(planeOf(NOW, level - 1), planeOf(NOW, level), WIDTH >> level, HEIGHT >> level);
  }
}

/** Returns four samples times 255, rounded. */
// @ts-ignore: decorator
@inline
function byteOf(address: usize): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(v128.load(address), f32x4.splat(255)), f32x4.splat(0.5)));
}

/** Halves a level; `width` and `height` are those of `to`. */
function halve(from: usize, to: usize, width: i32, height: i32): void {
  for (let y = 0; y < height; y++) {
    const row = from + 4 * y * width;
    for (let x = 0; x < width; x += 8) {
      const upper = v128.load(row + 2 * x);
      const lower = v128.load(row + 2 * width + 2 * x);
      const sum = i16x8.add(i16x8.extadd_pairwise_i8x16_u(upper), i16x8.extadd_pairwise_i8x16_u(lower));
      const mean = i16x8.shr_u(i16x8.add(sum, i16x8.splat(2)), 2);
      v128.store64_lane(to + y * width + x, i8x16.narrow_i16x8_u(mean, mean), 0);
    }
  }
}

/** Scales the previous pyramid to the brightness of the current one. @param gain in 1/256, 0 to 32767. */
export function compensate(gain: i32): void {
  const factor = i16x8.splat(<i16>gain);
  for (let i = 0; i < SIZE; i += 16) {
    const value = v128.load(BEFORE + i);
    const low = scaled(i16x8.extend_low_i8x16_u(value), factor);
    const high = scaled(i16x8.extend_high_i8x16_u(value), factor);
    v128.store(COMPENSATED + i, i8x16.narrow_i16x8_u(low, high));
  }
}

/** Returns eight values times `factor / 256`, rounded. */
// @ts-ignore: decorator
@inline
function scaled(values: v128, factor: v128): v128 {
  const low = i32x4.shr_u(i32x4.add(i32x4.extmul_low_i16x8_u(values, factor), i32x4.splat(128)), 8);
  const high = i32x4.shr_u(i32x4.add(i32x4.extmul_high_i16x8_u(values, factor), i32x4.splat(128)), 8);
  return i16x8.narrow_i32x4_s(low, high);
}

/** Makes the current pyramid the previous one. */
export function keepNow(): void {
  memory.copy(BEFORE, NOW, SIZE);
}

/** Resets the vectors of the previous search to zero. */
export function forgetVectors(): void {
  memory.fill(LAST_BACKWARD, 0, 2 * 4 * 64 * 36);
}
