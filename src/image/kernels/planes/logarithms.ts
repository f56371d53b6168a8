// Logarithms and exponentials of planes.
import { exp2, log2 } from '../math/exponential';

const LN2: f32 = 0.6931472;
const LOG2E: f32 = 1.442695;

/** Writes the natural logarithms of `count` samples plus `black`, absolute error 1.1e-5. */
export function logarithms(source: usize, out: usize, count: i32, black: f32): void {
  for (let at: usize = 0; at < <usize>count * 4; at += 16) {
    const value = f32x4.add(v128.load(source + at), f32x4.splat(black));
    v128.store(out + at, f32x4.mul(log2(value), f32x4.splat(LN2)));
  }
}

/** Writes e to the power of `count` samples, relative error 5e-6. `out` may be `source`. */
export function exponentials(source: usize, out: usize, count: i32): void {
  for (let at: usize = 0; at < <usize>count * 4; at += 16) {
    v128.store(out + at, exp2(f32x4.mul(v128.load(source + at), f32x4.splat(LOG2E))));
  }
}
