import type { RgbImage } from '../../image/rgb-image.js';
import type { PixelBox } from './detection.js';

/** Mean luma of an image, or of a box of it, 0 to 1. NaN for a box outside. Borrows the image. */
export function meanLuma(
  image: RgbImage,
  box: PixelBox = { x: 0, y: 0, width: image.width, height: image.height },
): number {
  const [left, top] = [Math.max(0, Math.floor(box.x)), Math.max(0, Math.floor(box.y))];
  const right = Math.min(image.width, Math.ceil(box.x + box.width));
  const bottom = Math.min(image.height, Math.ceil(box.y + box.height));
  let [sum, count] = [0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++, count++) {
      const at = 3 * (y * image.width + x);
      sum += 0.2126 * (image.data[at] ?? 0) + 0.7152 * (image.data[at + 1] ?? 0) + 0.0722 * (image.data[at + 2] ?? 0);
    }
  }
  return sum / (255 * count);
}
