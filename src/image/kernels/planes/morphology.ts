// Grey-scale morphology: the largest or smallest value in a square around each sample. Samples outside the plane are ignored.
import { SCRATCH } from './layout';
import { pad, paddedBytes, pitch, unpad } from './padded';

/** Larger than any sample: padding with it never wins a minimum, padding with its negative never a maximum. */
const FAR: f32 = 1e38;

/** Replaces each sample by the larger of itself and the sample `shift` bytes after it. */
function raise(shift: usize): void {
  for (let at = SCRATCH, end = SCRATCH + paddedBytes() - shift; at < end; at += 16) {
    v128.store(at, f32x4.pmax(v128.load(at), v128.load(at + shift)));
  }
}

/** Replaces each sample by the smaller of itself and the sample `shift` bytes after it. */
function lower(shift: usize): void {
  for (let at = SCRATCH, end = SCRATCH + paddedBytes() - shift; at < end; at += 16) {
    v128.store(at, f32x4.pmin(v128.load(at), v128.load(at + shift)));
  }
}

/**
 * Replaces each sample by the largest or smallest of `2 * radius + 1` samples `step` bytes apart: over windows of 2, 4, 8 ...
 * samples, then over two overlapping ones.
 */
function slide(step: i32, radius: i32, largest: bool): void {
  const size = 2 * radius + 1;
  let span = 1;
  while (span < size) {
    const shift = min(span, size - span);
    if (largest) raise(shift * step);
    else lower(shift * step);
    span += shift;
  }
}

/** Dilation: the largest sample in a square of `2 * radius + 1`. `out` may be `source`. */
export function dilate(source: usize, out: usize, width: i32, height: i32, radius: i32): void {
  pad(source, width, height, radius, radius, -FAR);
  slide(4, radius, true);
  slide(pitch * 4, radius, true);
  unpad(out, width, height);
}

/** Erosion: the smallest sample in a square of `2 * radius + 1`. `out` may be `source`. */
export function erode(source: usize, out: usize, width: i32, height: i32, radius: i32): void {
  pad(source, width, height, radius, radius, FAR);
  slide(4, radius, false);
  slide(pitch * 4, radius, false);
  unpad(out, width, height);
}

/**
 * Dilation by a soft disc: the largest of a sample, its four neighbours and `diagonal` times the other four. Samples are
 * 0 or more.
 */
export function dilateDisc(source: usize, out: usize, width: i32, height: i32, diagonal: f32): void {
  pad(source, width, height, 1, 1, 0);
  const row = pitch * 4;
  const weight = f32x4.splat(diagonal);
  for (let at = SCRATCH, end = SCRATCH + height * row; at < end; at += 16) {
    const below = at + row;
    const last = below + row;
    const corners = f32x4.pmax(
      f32x4.pmax(v128.load(at), v128.load(at, 8)),
      f32x4.pmax(v128.load(last), v128.load(last, 8)),
    );
    const level = f32x4.pmax(f32x4.pmax(v128.load(below), v128.load(below, 4)), v128.load(below, 8));
    const upright = f32x4.pmax(v128.load(at, 4), v128.load(last, 4));
    v128.store(at, f32x4.pmax(f32x4.pmax(level, upright), f32x4.mul(weight, corners)));
  }
  unpad(out, width, height);
}

/** Writes `a - b` for `count` samples. `out` may be either input. */
export function subtract(a: usize, b: usize, out: usize, count: i32): void {
  const whole = count & ~3;
  let i = 0;
  for (; i < whole; i += 4) v128.store(out + i * 4, f32x4.sub(v128.load(a + i * 4), v128.load(b + i * 4)));
  for (; i < count; i++) store<f32>(out + i * 4, load<f32>(a + i * 4) - load<f32>(b + i * 4));
}
