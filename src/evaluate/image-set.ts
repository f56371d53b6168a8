import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';

/** Samples of one plane of a measured picture. */
export const PIXELS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;

/**
 * Pictures to be measured, each `[3, 144, 256]`: planar Y, U, V in BT.709 full range, Y in [0, 1], U and V in [-0.5, 0.5],
 * as `Thumbnail.data` is.
 */
export type ImageSet = readonly Float32Array[];

/** Throws RangeError where a set is empty or one of its pictures has another size. @param name of the set, for the message. */
export function checkImages(name: string, pictures: ImageSet): void {
  if (pictures.length === 0) throw new RangeError(`${name} must hold one picture at least, got none`);
  const wrong = pictures.find((picture) => picture.length !== 3 * PIXELS);
  if (wrong) throw new RangeError(`${name} must hold pictures of ${3 * PIXELS} numbers, got one of ${wrong.length}`);
}
