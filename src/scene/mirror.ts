import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';
import type { VehicleMaps } from './vehicle-peaks.js';

/** Planes of a detail. */
const PLANES = 3;
/** By plane of the vehicle head, in its order: the plane that shows the same in a mirrored image, where the left lamp is the right one. */
const SAME_PLANES = [0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 8, 9] as const;
/** Planes whose numbers point along x: a mirror changes their sign. */
const ALONG_X: ReadonlySet<number> = new Set([6, 8, 10]);

/** Writes a detail `[3, 256, 448]` mirrored left to right. `out` may not be `detail`. */
export function mirrorDetailInto(detail: Float32Array, out: Float32Array): void {
  for (let row = 0; row < PLANES * DETAIL_HEIGHT; row++) {
    const start = row * DETAIL_WIDTH;
    for (let x = 0; x < DETAIL_WIDTH; x++) out[start + x] = detail[start + DETAIL_WIDTH - 1 - x] ?? 0;
  }
}

/** Averages planes of `[planes, height, width]` with those of the mirrored image, in place. */
export function addMirrored(data: Float32Array, mirrored: Float32Array, width: number): void {
  for (let start = 0; start < data.length; start += width) {
    for (let x = 0; x < width; x++) {
      data[start + x] = 0.5 * ((data[start + x] ?? 0) + (mirrored[start + width - 1 - x] ?? 0));
    }
  }
}

/** The same for the vehicle head, where left and right lamps change places. */
export function addMirroredVehicles({ data, width, height }: VehicleMaps, mirrored: Float32Array): void {
  const size = width * height;
  for (const [plane, other] of SAME_PLANES.entries()) {
    const sign = ALONG_X.has(plane) ? -1 : 1;
    for (let row = 0; row < height; row++) {
      const to = plane * size + row * width;
      const from = other * size + row * width;
      for (let x = 0; x < width; x++) {
        data[to + x] = 0.5 * ((data[to + x] ?? 0) + sign * (mirrored[from + width - 1 - x] ?? 0));
      }
    }
  }
}
