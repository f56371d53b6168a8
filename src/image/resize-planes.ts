import { resamplingTaps, type ResamplingTap } from './resampling-taps.js';
import type { PlaneSize } from './sample-bilinear.js';

/** Resizes planes `[count, from.height, from.width]` to `[count, to.height, to.width]`: smaller by area, larger bilinearly. Copies. */
export function resizePlanes(data: Float32Array, from: PlaneSize, to: PlaneSize): Float32Array {
  const count = data.length / (from.width * from.height);
  const narrow = alongRows(data, resamplingTaps(from.width, to.width), from.width);
  const out = new Float32Array(count * to.width * to.height);
  const rows = resamplingTaps(from.height, to.height);
  for (let plane = 0; plane < count; plane++) {
    for (const [y, tap] of rows.entries()) {
      const target = out.subarray((plane * to.height + y) * to.width, (plane * to.height + y + 1) * to.width);
      for (let row = tap.first; row <= tap.last; row++) {
        const start = (plane * from.height + row) * to.width;
        const weight = weightOf(tap, row);
        for (let x = 0; x < to.width; x++) target[x] = (target[x] ?? 0) + weight * (narrow[start + x] ?? 0);
      }
    }
  }
  return out;
}

function alongRows(data: Float32Array, columns: readonly ResamplingTap[], width: number): Float32Array {
  const out = new Float32Array((data.length / width) * columns.length);
  for (let start = 0, at = 0; start < data.length; start += width) {
    for (const tap of columns) {
      let sum = 0;
      for (let x = tap.first; x <= tap.last; x++) sum += weightOf(tap, x) * (data[start + x] ?? 0);
      out[at++] = sum;
    }
  }
  return out;
}

function weightOf(tap: ResamplingTap, index: number): number {
  if (index === tap.first) return tap.firstWeight;
  return index === tap.last ? tap.lastWeight : tap.innerWeight;
}
