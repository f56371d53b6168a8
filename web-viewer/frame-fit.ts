/** A rectangle in CSS pixels. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where `object-fit: contain` puts a frame in a box; empty, at the box's centre, for a frame without a size. */
export function containFrame(box: Rect, frameWidth: number, frameHeight: number): Rect {
  const scale = frameWidth > 0 && frameHeight > 0 ? Math.min(box.width / frameWidth, box.height / frameHeight) : 0;
  const width = frameWidth * scale;
  const height = frameHeight * scale;
  return { left: box.left + (box.width - width) / 2, top: box.top + (box.height - height) / 2, width, height };
}

/**
 * Canvas size for a frame with non-square samples: stretches the shorter side, so that no sample is lost.
 * @param sampleAspect width and height of one sample.
 */
export function displaySize(
  width: number,
  height: number,
  sampleAspect: readonly [number, number],
): { width: number; height: number } {
  const aspect = sampleAspect[0] > 0 && sampleAspect[1] > 0 ? sampleAspect[0] / sampleAspect[1] : 1;
  return aspect >= 1 ? { width: Math.round(width * aspect), height } : { width, height: Math.round(height / aspect) };
}
