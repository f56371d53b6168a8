// The padded plane that filters work in. A window starts at its sample and extends to later addresses, so a filter that walks
// up through memory may replace each sample by its result.
import { SCRATCH } from './layout';

/** Samples from one row to the next; a multiple of four. */
export let pitch: i32 = 0;
/** Rows, including the padding. */
export let rows: i32 = 0;

/** Returns the bytes of all rows. */
// @ts-ignore: decorator
@inline
export function paddedBytes(): usize {
  return pitch * rows * 4;
}

/** Copies a plane `[height, width]` into the scratch memory, surrounded by `padding`. */
export function pad(source: usize, width: i32, height: i32, radiusX: i32, radiusY: i32, padding: f32): void {
  pitch = (width + 2 * radiusX + 3) & ~3;
  rows = height + 2 * radiusY;
  const value = f32x4.splat(padding);
  for (let at = SCRATCH, end = SCRATCH + paddedBytes(); at < end; at += 16) v128.store(at, value);
  let to = SCRATCH + (radiusY * pitch + radiusX) * 4;
  for (let y = 0; y < height; y++) {
    memory.copy(to, source, width * 4);
    to += pitch * 4;
    source += width * 4;
  }
}

/** Copies the results, from the start of the scratch memory on, to a plane `[height, width]`. */
export function unpad(out: usize, width: i32, height: i32): void {
  let from = SCRATCH;
  for (let y = 0; y < height; y++) {
    memory.copy(out, from, width * 4);
    from += pitch * 4;
    out += width * 4;
  }
}
