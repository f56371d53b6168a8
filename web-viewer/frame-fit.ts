/** A rectangle in CSS pixels. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where `object-fit: contain` puts a picture in a box; empty in the box's middle before the picture has a size. */
export function containedIn(box: Rect, pictureWidth: number, pictureHeight: number): Rect {
  const scale =
    pictureWidth > 0 && pictureHeight > 0 ? Math.min(box.width / pictureWidth, box.height / pictureHeight) : 0;
  const width = pictureWidth * scale;
  const height = pictureHeight * scale;
  return { left: box.left + (box.width - width) / 2, top: box.top + (box.height - height) / 2, width, height };
}

/**
 * Size of the canvas for a picture with samples that are not square: the side that is too short grows, so that no sample is lost.
 * @param sampleAspect width over height of one sample.
 */
export function displaySize(
  width: number,
  height: number,
  sampleAspect: readonly [number, number],
): { width: number; height: number } {
  const aspect = sampleAspect[0] > 0 && sampleAspect[1] > 0 ? sampleAspect[0] / sampleAspect[1] : 1;
  return aspect >= 1 ? { width: Math.round(width * aspect), height } : { width, height: Math.round(height / aspect) };
}
