// From logits to planes of probabilities of another size.
import { exp2 } from '../math/exponential';
import { SCRATCH } from './layout';

const LOG2E: f32 = 1.442695;

/** Turns `planes` planes of `count` logits, a multiple of four, into probabilities, in place: softmax over the planes. */
export function softmax(logits: usize, planes: i32, count: i32): void {
  const stride = <usize>count * 4;
  const end = stride * <usize>planes;
  for (let at = logits; at < logits + stride; at += 16) {
    let largest = v128.load(at);
    for (let plane = stride; plane < end; plane += stride) largest = f32x4.pmax(largest, v128.load(at + plane));
    let sum = f32x4.splat(0);
    for (let plane: usize = 0; plane < end; plane += stride) {
      const below = f32x4.sub(v128.load(at + plane), largest);
      const value = exp2(f32x4.mul(below, f32x4.splat(LOG2E)));
      v128.store(at + plane, value);
      sum = f32x4.add(sum, value);
    }
    const scale = f32x4.div(f32x4.splat(1), sum);
    for (let plane: usize = 0; plane < end; plane += stride) {
      v128.store(at + plane, f32x4.mul(v128.load(at + plane), scale));
    }
  }
}

/** Returns the position of a sample of an enlarged line in the line. */
// @ts-ignore: decorator
@inline
function positionOf(i: i32, size: i32, from: i32): f32 {
  return min(<f32>(from - 1), max<f32>(0, ((<f32>i + 0.5) * <f32>from) / <f32>size - 0.5));
}

/** Writes `planes` planes `[toHeight, toWidth]`, from planes `[height, width]`, bilinearly. Widths are multiples of four, up to 256. */
export function enlarge(
  source: usize,
  planes: i32,
  width: i32,
  height: i32,
  out: usize,
  toWidth: i32,
  toHeight: i32,
): void {
  // [toWidth] byte offsets of the left samples, and the shares of the right ones; then a mixed row, its last sample twice
  const lefts = SCRATCH;
  const shares = lefts + toWidth * 4;
  const mixed = shares + toWidth * 4;
  for (let x = 0; x < toWidth; x++) {
    const position = positionOf(x, toWidth, width);
    store<i32>(lefts + x * 4, <i32>position * 4);
    store<f32>(shares + x * 4, position - floor(position));
  }
  for (let plane = 0; plane < planes; plane++) {
    for (let y = 0; y < toHeight; y++) {
      const position = positionOf(y, toHeight, height);
      const first = <i32>position;
      const upper = source + first * width * 4;
      const lower = source + min(height - 1, first + 1) * width * 4;
      const share = f32x4.splat(position - <f32>first);
      for (let at = 0; at < width * 4; at += 16) {
        const above = v128.load(upper + at);
        v128.store(mixed + at, f32x4.add(above, f32x4.mul(share, f32x4.sub(v128.load(lower + at), above))));
      }
      store<f32>(mixed + width * 4, load<f32>(mixed + width * 4 - 4));
      for (let x = 0; x < toWidth * 4; x += 16) {
        v128.store(out + x, between(mixed, lefts + x, v128.load(shares + x)));
      }
      out += toWidth * 4;
    }
    source += width * height * 4;
  }
}

/** Returns four samples of a row at byte offsets, and the shares of the next ones. */
// @ts-ignore: decorator
@inline
function between(row: usize, lefts: usize, shares: v128): v128 {
  const a = v128.load64_zero(row + load<i32>(lefts));
  const b = v128.load64_zero(row + load<i32>(lefts, 4));
  const c = v128.load64_zero(row + load<i32>(lefts, 8));
  const d = v128.load64_zero(row + load<i32>(lefts, 12));
  const low = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const high = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const left = v128.shuffle<i64>(low, high, 0, 2);
  return f32x4.add(left, f32x4.mul(shares, f32x4.sub(v128.shuffle<i64>(low, high, 1, 3), left)));
}
