import { resamplingTaps } from './resampling-taps.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH, THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from './thumbnail.js';

const COLUMNS = resamplingTaps(THUMBNAIL_WIDTH, DETAIL_WIDTH);
const ROWS = resamplingTaps(THUMBNAIL_HEIGHT, DETAIL_HEIGHT);

/** Writes a thumbnail's data, `[3, 144, 256]`, at the size of a detail, `[3, 256, 448]`, bilinearly. Borrows both. */
export function enlargeThumbnailInto(data: Float32Array, out: Float32Array): void {
  let at = 0;
  for (let plane = 0; plane < 3; plane++) {
    const start = plane * THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;
    for (const row of ROWS) {
      const upper = start + row.first * THUMBNAIL_WIDTH;
      const lower = start + row.last * THUMBNAIL_WIDTH;
      for (const { first, last, firstWeight, lastWeight } of COLUMNS) {
        const top = firstWeight * (data[upper + first] ?? 0) + lastWeight * (data[upper + last] ?? 0);
        const bottom = firstWeight * (data[lower + first] ?? 0) + lastWeight * (data[lower + last] ?? 0);
        out[at++] = row.firstWeight * top + row.lastWeight * bottom;
      }
    }
  }
}
