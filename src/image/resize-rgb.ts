import type { RgbImage } from './rgb-image.js';

/** Resizes an image bilinearly, sampled at pixel centres and without smoothing first, as OpenCV and most detectors' own code do. Copies. */
export function resizeRgb({ data, ...from }: RgbImage, width: number, height: number): RgbImage {
  const out = new Uint8Array(3 * width * height);
  const columns = samplesOf(width, from.width);
  const rows = samplesOf(height, from.height);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const upper = 3 * from.width * (rows.first[y] ?? 0);
    const lower = 3 * from.width * (rows.second[y] ?? 0);
    const fy = rows.share[y] ?? 0;
    for (let x = 0; x < width; x++) {
      const left = 3 * (columns.first[x] ?? 0);
      const right = 3 * (columns.second[x] ?? 0);
      const fx = columns.share[x] ?? 0;
      for (let channel = 0; channel < 3; channel++, at++) {
        const a = data[upper + left + channel] ?? 0;
        const b = data[lower + left + channel] ?? 0;
        const top = a + fx * ((data[upper + right + channel] ?? 0) - a);
        const bottom = b + fx * ((data[lower + right + channel] ?? 0) - b);
        out[at] = top + fy * (bottom - top) + 0.5;
      }
    }
  }
  return { width, height, data: out };
}

/** For each of `length` pixels the two of `count` pixels around its centre, and the weight of the second. */
function samplesOf(length: number, count: number): { first: Uint32Array; second: Uint32Array; share: Float64Array } {
  const positions = Float64Array.from({ length }, (_, i) =>
    Math.min(count - 1, Math.max(0, ((i + 0.5) * count) / length - 0.5)),
  );
  return {
    first: Uint32Array.from(positions, Math.floor),
    second: Uint32Array.from(positions, (position) => Math.min(count - 1, Math.floor(position) + 1)),
    share: positions.map((position) => position - Math.floor(position)),
  };
}
