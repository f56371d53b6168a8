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
