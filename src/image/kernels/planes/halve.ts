// Reduces a thumbnail to planes of half its width and height: means, extremes and the most saturated of four pixels.

const WIDTH: i32 = 256;
const HEIGHT: i32 = 144;
const PLANE: usize = (WIDTH / 2) * (HEIGHT / 2) * 4;
const CHANNEL: usize = WIDTH * HEIGHT * 4;

/** Load the even and the odd samples of eight. */
// @ts-ignore: decorator
@inline
function even(at: usize): v128 {
  return v128.shuffle<i32>(v128.load(at), v128.load(at, 16), 0, 2, 4, 6);
}
// @ts-ignore: decorator
@inline
function odd(at: usize): v128 {
  return v128.shuffle<i32>(v128.load(at), v128.load(at, 16), 1, 3, 5, 7);
}

// @ts-ignore: decorator
@inline
function squared(u: v128, v: v128): v128 {
  return f32x4.add(f32x4.mul(u, u), f32x4.mul(v, v));
}

// @ts-ignore: decorator
@inline
function sum(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/**
 * Reads a thumbnail `[3, 144, 256]` and writes eight planes `[72, 128]`, one after the other: mean, largest (at least 0) and
 * smallest (at most 1) luma, mean U and V, then saturation, U and V of the most saturated of four pixels.
 */
export function halve(thumbnail: usize, out: usize): void {
  const quarter = f32x4.splat(0.25);
  for (let y = 0; y < HEIGHT / 2; y++) {
    for (let x = 0; x < WIDTH; x += 8) {
      const at = thumbnail + (2 * y * WIDTH + x) * 4;
      const a = even(at);
      const b = odd(at);
      const c = even(at + WIDTH * 4);
      const d = odd(at + WIDTH * 4);
      v128.store(out, f32x4.mul(sum(a, b, c, d), quarter));
      const largest = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
      const smallest = f32x4.pmin(f32x4.pmin(a, b), f32x4.pmin(c, d));
      v128.store(out + PLANE, f32x4.pmax(largest, f32x4.splat(0)));
      v128.store(out + 2 * PLANE, f32x4.pmin(smallest, f32x4.splat(1)));
      chroma(at + CHANNEL, out + 3 * PLANE, quarter);
      out += 16;
    }
  }
}

/** Writes the five chroma planes of four output samples; `at` is the address of their U. */
// @ts-ignore: decorator
@inline
function chroma(at: usize, out: usize, quarter: v128): void {
  const below = at + WIDTH * 4;
  const u0 = even(at);
  const u1 = odd(at);
  const u2 = even(below);
  const u3 = odd(below);
  const v0 = even(at + CHANNEL);
  const v1 = odd(at + CHANNEL);
  const v2 = even(below + CHANNEL);
  const v3 = odd(below + CHANNEL);
  v128.store(out, f32x4.mul(sum(u0, u1, u2, u3), quarter));
  v128.store(out + PLANE, f32x4.mul(sum(v0, v1, v2, v3), quarter));
  // The most saturated of the first row's two pixels, of the second row's two, then of these; the first one of equals.
  const s0 = squared(u0, v0);
  const s1 = squared(u1, v1);
  const s2 = squared(u2, v2);
  const s3 = squared(u3, v3);
  const upper = f32x4.gt(s1, s0);
  const lower = f32x4.gt(s3, s2);
  const bestUpper = f32x4.pmax(s0, s1);
  const bestLower = f32x4.pmax(s2, s3);
  const isLower = f32x4.gt(bestLower, bestUpper);
  v128.store(out + 2 * PLANE, f32x4.sqrt(f32x4.pmax(bestUpper, bestLower)));
  const upperU = v128.bitselect(u1, u0, upper);
  const lowerU = v128.bitselect(u3, u2, lower);
  v128.store(out + 3 * PLANE, v128.bitselect(lowerU, upperU, isLower));
  const upperV = v128.bitselect(v1, v0, upper);
  const lowerV = v128.bitselect(v3, v2, lower);
  v128.store(out + 4 * PLANE, v128.bitselect(lowerV, upperV, isLower));
}
