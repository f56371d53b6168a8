import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';

/** Planes of a detail. */
const PLANES = 3;

/** Planes `[planes, height, width]` of a network's output. */
interface OutputMaps {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** What a mirror changes beside the side. */
interface MirrorRule {
  /** By plane: the one that shows the same in the mirrored image, where the left lamp is the right one. */
  readonly same: readonly number[];
  /** Planes whose numbers point along x: their sign changes. */
  readonly alongX: readonly number[];
}

/** Writes a detail `[3, 256, 448]` mirrored left to right. `out` may not be `detail`. */
export function mirrorDetailInto(detail: Float32Array, out: Float32Array): void {
  for (let row = 0; row < PLANES * DETAIL_HEIGHT; row++) {
    const start = row * DETAIL_WIDTH;
    for (let x = 0; x < DETAIL_WIDTH; x++) out[start + x] = detail[start + DETAIL_WIDTH - 1 - x] ?? 0;
  }
}

/**
 * Averages maps, in place, with what a network says of the mirrored image. @param mirrored in the shape of `data`, borrowed.
 * @param rule default: every plane shows the same.
 */
export function addMirrored({ data, width, height }: OutputMaps, mirrored: Float32Array, rule?: MirrorRule): void {
  const size = width * height;
  for (let plane = 0; plane * size < data.length; plane++) {
    const other = rule?.same[plane] ?? plane;
    const sign = rule?.alongX.includes(plane) ? -1 : 1;
    for (let row = 0; row < size; row += width) {
      const [to, from] = [plane * size + row, other * size + row];
      for (let x = 0; x < width; x++) {
        data[to + x] = 0.5 * ((data[to + x] ?? 0) + sign * (mirrored[from + width - 1 - x] ?? 0));
      }
    }
  }
}
