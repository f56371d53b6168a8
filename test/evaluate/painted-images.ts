import { Random } from '../../src/core/random.js';
import { imageToYuv, type RgbImage } from '../../src/image/rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../src/image/thumbnail.js';

/** Paints images of 256x144 with a sky, a ground, boxes and noise, by day or by night. The same seed gives the same bytes. */
export function paintedImages(kind: 'day' | 'night', count: number, seed: number): RgbImage[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => paintImage(kind, random));
}

/** {@link paintedImages} in the form that is measured. */
export function paintedSet(kind: 'day' | 'night', count: number, seed: number): Float32Array[] {
  return paintedImages(kind, count, seed).map(imageToYuv);
}

type Rgb = readonly [number, number, number];

function paintImage(kind: 'day' | 'night', random: Random): RgbImage {
  const [width, height] = [THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT];
  const data = new Uint8Array(3 * width * height);
  const scale = kind === 'day' ? 1 : 0.35;
  const around = (color: Rgb, by: number): Rgb => {
    const shift = random.between(-by, by);
    return [color[0] * scale + shift, color[1] * scale + shift, color[2] * scale + shift];
  };
  const fill = (left: number, top: number, right: number, bottom: number, color: Rgb): void => {
    for (let y = top; y < Math.min(height, bottom); y++) {
      for (let x = left; x < Math.min(width, right); x++) {
        for (let c = 0; c < 3; c++) data[3 * (y * width + x) + c] = Math.max(0, Math.min(255, color[c]! | 0));
      }
    }
  };
  const horizon = 50 + random.below(30);
  fill(0, 0, width, horizon, around(kind === 'day' ? [150, 180, 215] : [30, 32, 45], 12));
  fill(0, horizon, width, height, around([105, 100, 95], 15));
  for (let k = 0; k < 24; k++) {
    const [left, top] = [random.below(width), 20 + random.below(height - 20)];
    const color: Rgb = [random.below(220), random.below(220), random.below(220)];
    fill(left, top, left + 4 + random.below(40), top + 4 + random.below(40), around(color, 5));
  }
  for (let k = 0; kind === 'night' && k < 12; k++) {
    const [left, top] = [random.below(width), 30 + random.below(80)];
    fill(left, top, left + 3, top + 3, [255, 190 + random.below(60), 110 + random.below(100)]);
  }
  for (let i = 0; i < data.length; i++) data[i] = Math.max(0, Math.min(255, data[i]! + random.below(9) - 4));
  return { width, height, data };
}
