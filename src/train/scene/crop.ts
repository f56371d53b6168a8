/** A part of an image, in shares of its width and height; mirrored where flipped. */
export interface Crop {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly isFlipped: boolean;
}

/** A position along an axis of the crop, 0 to 1, as a share of the image. */
export function placed(share: number, start: number, length: number, isFlipped: boolean): number {
  return start + (isFlipped ? 1 - share : share) * length;
}

/** A column of the image as a share of the crop's width. */
export function columnInCrop(x: number, { left, width, isFlipped }: Crop): number {
  const share = (x - left) / width;
  return isFlipped ? 1 - share : share;
}

/** A row of the image as a share of the crop's height. */
export function rowInCrop(y: number, { top, height }: Crop): number {
  return (y - top) / height;
}
