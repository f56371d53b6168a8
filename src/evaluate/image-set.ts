import { yuvToRgb } from '../image/color-matrix.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';

/** Number of samples in one plane of an image. */
export const PIXELS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;

/**
 * Images to measure, each `[3, 144, 256]`: planar Y, U, V in BT.709 full range, Y in [0, 1], U and V in [-0.5, 0.5], like
 * `Thumbnail.data`.
 */
export type ImageSet = readonly Float32Array[];

/** Throws RangeError if a set is empty or an image has another size. @param name of the set, for the message. */
export function checkImages(name: string, images: ImageSet): void {
  if (images.length === 0) throw new RangeError(`${name} must contain at least one image, got none`);
  const wrong = images.find((image) => image.length !== 3 * PIXELS);
  if (wrong) throw new RangeError(`${name} must contain images of ${3 * PIXELS} numbers, got one of ${wrong.length}`);
}

/** Clamps the colours of an image to RGB in [0, 1], in place, as a display does. Does not round. */
export function clampToRgb(image: Float32Array): void {
  const matrix = yuvToRgb('bt709');
  const redV = matrix[2];
  const greenU = matrix[4];
  const greenV = matrix[5];
  const blueU = matrix[7];
  for (let i = 0; i < PIXELS; i++) {
    const y = image[i] ?? 0;
    const u = image[PIXELS + i] ?? 0;
    const v = image[2 * PIXELS + i] ?? 0;
    const red = y + redV * v;
    const green = y + greenU * u + greenV * v;
    const blue = y + blueU * u;
    if (Math.min(red, green, blue) >= 0 && Math.max(red, green, blue) <= 1) continue;
    const r = clamped(red);
    const b = clamped(blue);
    const luma = 0.2126 * r + 0.7152 * clamped(green) + 0.0722 * b;
    image[i] = luma;
    image[PIXELS + i] = (b - luma) / blueU;
    image[2 * PIXELS + i] = (r - luma) / redV;
  }
}

function clamped(value: number): number {
  return Math.min(1, Math.max(0, value));
}
