import { PIXELS } from '../../evaluate/image-set.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';

/** Maximum luma in a bar: 3 of 255 levels, what JPEG leaves of black. */
const BAR_LUMA = 3 / 255;
/** Narrowest bar, samples. */
const MIN_BAR = 4;
/** Largest share of an image's side that two bars cover. */
const MAX_SHARE = 0.75;

/**
 * Returns an image `[3, 144, 256]` without the black bars that pad it to a shape on its left and right, or above and below: what is
 * between them, stretched. An image without two opposite bars is returned as it is. Borrows the image.
 */
export function withoutBars(image: Float32Array): Float32Array {
  const [left, right] = bars(THUMBNAIL_WIDTH, (x) => isBlack(image, x, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT));
  const [top, bottom] = bars(THUMBNAIL_HEIGHT, (y) => isBlack(image, y * THUMBNAIL_WIDTH, 1, THUMBNAIL_WIDTH));
  if (left + right + top + bottom === 0) return image;
  const [columns, rows] = [THUMBNAIL_WIDTH - left - right, THUMBNAIL_HEIGHT - top - bottom];
  const out = new Float32Array(image.length);
  for (let i = 0; i < image.length; i++) {
    const [plane, sample] = [Math.floor(i / PIXELS), i % PIXELS];
    const y = top + Math.floor((Math.floor(sample / THUMBNAIL_WIDTH) * rows) / THUMBNAIL_HEIGHT);
    const x = left + Math.floor(((sample % THUMBNAIL_WIDTH) * columns) / THUMBNAIL_WIDTH);
    out[i] = image[plane * PIXELS + y * THUMBNAIL_WIDTH + x] ?? 0;
  }
  return out;
}

/** Widths of the bars at both ends of a side; 0 and 0 where there is none at one end, or hardly anything between them. */
function bars(side: number, isBar: (at: number) => boolean): readonly [first: number, last: number] {
  let [first, last] = [0, 0];
  while (first < side && isBar(first)) first++;
  while (last < side - first && isBar(side - 1 - last)) last++;
  const arePadding = Math.min(first, last) >= MIN_BAR && first + last <= MAX_SHARE * side;
  return arePadding ? [first, last] : [0, 0];
}

function isBlack(luma: Float32Array, start: number, step: number, count: number): boolean {
  for (let k = 0; k < count; k++) if ((luma[start + k * step] ?? 0) > BAR_LUMA) return false;
  return true;
}
