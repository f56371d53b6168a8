import { micros, type Micros } from '../../src/core/time.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, type Thumbnail } from '../../src/image/thumbnail.js';

/** Samples of one plane of a thumbnail. */
export const PIXELS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;

/** Paints the data of a thumbnail from a colour per pixel: Y in [0, 1], U and V in [-0.5, 0.5]. */
export function paint(color: (x: number, y: number) => readonly [number, number, number]): Float32Array {
  const data = new Float32Array(3 * PIXELS);
  for (let i = 0; i < PIXELS; i++) {
    const [y, u, v] = color(i % THUMBNAIL_WIDTH, Math.floor(i / THUMBNAIL_WIDTH));
    data[i] = y;
    data[PIXELS + i] = u;
    data[2 * PIXELS + i] = v;
  }
  return data;
}

/** Wraps data as a thumbnail. */
export function asThumbnail(data: Float32Array, pts: Micros = micros(0), discontinuity = false): Thumbnail {
  return { data, pts, discontinuity };
}

/** Hash noise in all samples. */
export function noiseThumbnail(): Float32Array {
  return paint((x, y) => {
    let h = (Math.imul(x, 374761393) + Math.imul(y, 668265263) + 974711) >>> 0;
    h = Math.imul(h ^ (h >>> 13), 1274126177) >>> 0;
    return [(h >>> 24) / 255, ((h >>> 16) & 255) / 255 - 0.5, ((h >>> 8) & 255) / 255 - 0.5];
  });
}

/** Linear ramps of luma and chroma. */
export function rampThumbnail(): Float32Array {
  return paint((x, y) => [
    (x + y) / (THUMBNAIL_WIDTH + THUMBNAIL_HEIGHT - 2),
    (x / (THUMBNAIL_WIDTH - 1) - 0.5) * 0.6,
    (y / (THUMBNAIL_HEIGHT - 1) - 0.5) * 0.6,
  ]);
}

/** A bright upper third above a grey street with coloured squares of side 1 to 12. */
export function spotsThumbnail(): Float32Array {
  return paint((x, y) => {
    for (let k = 11; k >= 0; k--) {
      const [left, top] = [12 + 20 * k, 30 + 9 * k];
      if (x >= left && x <= left + k && y >= top && y <= top + k)
        return [0.2 + 0.06 * k, -0.2 + 0.03 * k, 0.3 - 0.04 * k];
    }
    return [y < 48 ? 0.9 : 0.5, 0, 0];
  });
}
