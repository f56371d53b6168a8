import type { RgbPicture } from './rgb-picture.js';

/** The picture with its last column and row repeated where its size is odd, so that it fits I420. Lends or copies. */
export function padToEven(picture: RgbPicture): RgbPicture {
  const { width, height } = picture;
  return resized(picture, width + (width & 1), height + (height & 1));
}

/** The first `width` columns and `height` rows of the picture. Lends or copies. */
export function cropPicture(picture: RgbPicture, width: number, height: number): RgbPicture {
  return resized(picture, width, height);
}

/** A picture of another size: cut off, or with the last column and row repeated. */
function resized(picture: RgbPicture, width: number, height: number): RgbPicture {
  if (width === picture.width && height === picture.height) return picture;
  const data = new Uint8Array(3 * width * height);
  const copied = 3 * Math.min(width, picture.width);
  for (let y = 0; y < height; y++) {
    const from = 3 * picture.width * Math.min(y, picture.height - 1);
    const row = data.subarray(3 * width * y, 3 * width * (y + 1));
    row.set(picture.data.subarray(from, from + copied));
    for (let i = copied; i < row.length; i++) row[i] = row[i - 3] ?? 0;
  }
  return { width, height, data };
}
