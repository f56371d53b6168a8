// What shines in the night and not in the day: spots that a white top-hat of the night finds, less those of the day.
import { MAX_SIDE, OPENING_LINE } from './layout';

/** Margin of a line on either side, vectors. */
const MARGIN: i32 = 32 * 16;
const LOWEST: f32 = -1e9;
const HIGHEST: f32 = 1e9;
/** Share of the day's top-hat that a night may keep without being a light. */
const DAY_SHARE: f32 = 0.8;

/** Minimum of `n` samples from each on, up to 32, in place. `unit` is the bytes from one sample to the next. */
// @ts-ignore: decorator
@inline
function erodeLine(line: usize, end: usize, n: i32, unit: i32): void {
  for (let covered = 1; covered < n; ) {
    const shift = min(covered, n - covered);
    for (let at = line; at < end; at += 16) v128.store(at, f32x4.pmin(v128.load(at), v128.load(at + shift * unit)));
    covered += shift;
  }
}

/** Maximum of `n` samples up to each, in place. */
// @ts-ignore: decorator
@inline
function dilateLine(line: usize, end: usize, n: i32, unit: i32): void {
  for (let covered = 1; covered < n; ) {
    const shift = min(covered, n - covered);
    for (let at = end - 16; at >= line; at -= 16) v128.store(at, f32x4.pmax(v128.load(at), v128.load(at - shift * unit)));
    covered += shift;
  }
}

function fill(from: usize, to: usize, value: f32): void {
  for (let at = from; at < to; at += 16) v128.store(at, f32x4.splat(value));
}

/** Opens a plane with a window of `across` by `down` samples, up to 32 each. Rows are multiples of 16 bytes. */
export function open(plane: usize, out: usize, width: i32, height: i32, stride: i32, across: i32, down: i32): void {
  const line = OPENING_LINE + MARGIN;
  const bytes = width * 4;
  const rowEnd = line + ((bytes + 15) & ~15);
  for (let y = 0; y < height; y++) {
    memory.copy(line, plane + y * stride, bytes);
    fill(line + bytes, rowEnd + MARGIN - 16, HIGHEST);
    erodeLine(line, rowEnd, across, 4);
    memory.copy(out + y * stride, line, bytes);
  }
  const columnEnd = line + height * 16;
  for (let x = 0; x < bytes; x += 16) {
    for (let y = 0; y < height; y++) v128.store(line + y * 16, v128.load(out + y * stride + x));
    fill(columnEnd, columnEnd + MARGIN, HIGHEST);
    erodeLine(line, columnEnd, down, 16);
    fill(line - MARGIN, line, LOWEST);
    fill(columnEnd - (down - 1) * 16, columnEnd, LOWEST); // windows that leave the plane
    dilateLine(line, columnEnd, down, 16);
    for (let y = 0; y < height; y++) v128.store(out + y * stride + x, v128.load(line + y * 16));
  }
  for (let y = 0; y < height; y++) {
    memory.copy(line, out + y * stride, bytes);
    fill(line - MARGIN, line, LOWEST);
    for (let at = bytes - (across - 1) * 4; at < bytes; at += 4) store<f32>(line + at, LOWEST);
    dilateLine(line, rowEnd, across, 4);
    memory.copy(out + y * stride, line, bytes);
  }
}

/**
 * Writes how much the night's top-hat exceeds the day's to `spots`, and to `weights` how much a sample counts for the grid: one that
 * shines does not say what reflects. `knee` is the excess whose weight is a half. `spare` is a plane.
 */
export function findSpots(
  day: usize,
  night: usize,
  spots: usize,
  weights: usize,
  width: i32,
  height: i32,
  stride: i32,
  across: i32,
  down: i32,
  knee: f32,
): void {
  open(night, spots, width, height, stride, across, down);
  open(day, weights, width, height, stride, across, down);
  const share = f32x4.splat(DAY_SHARE);
  const one = f32x4.splat(1);
  const sharpness = f32x4.splat(1 / (knee * knee));
  for (let y = 0; y < height; y++) {
    const row = y * stride;
    for (let at = row; at < row + width * 4; at += 16) {
      const lit = f32x4.sub(v128.load(night + at), v128.load(spots + at));
      const kept = f32x4.mul(share, f32x4.sub(v128.load(day + at), v128.load(weights + at)));
      const excess = f32x4.pmax(f32x4.splat(0), f32x4.sub(lit, kept));
      v128.store(spots + at, excess);
      v128.store(weights + at, f32x4.div(one, f32x4.add(one, f32x4.mul(sharpness, f32x4.mul(excess, excess)))));
    }
  }
}

/** Replaces what is not finite by 0 and clamps the rest, in `bytes` from `start`. */
export function sanitise(start: usize, bytes: i32, low: f32, high: f32): void {
  for (let at = start; at < start + bytes; at += 16) {
    const value = v128.load(at);
    const difference = f32x4.sub(value, value);
    const finite = v128.and(value, f32x4.eq(difference, f32x4.splat(0)));
    v128.store(at, f32x4.pmax(f32x4.splat(low), f32x4.pmin(f32x4.splat(high), finite)));
  }
}
