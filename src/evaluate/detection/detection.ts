/** A box, in pixels of its image: top left corner and size. */
export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a detector finds in an image. */
export interface Detection extends PixelBox {
  /** How sure the detector is, 0 to 1. */
  readonly score: number;
  /** Index of its class: {@link Detector.classes}. */
  readonly classIndex: number;
}

/** A box that a detection is compared with. */
export interface TrueBox extends PixelBox {
  /** True for a region that counts neither as found nor as missed, and whose detections count as nothing. */
  readonly isIgnored: boolean;
}

/** Shared area of two boxes over the area of both together; over the detection's own area where the truth is ignored, as in COCO. */
export function overlapOf(detection: PixelBox, truth: TrueBox): number {
  const shared = sharedArea(detection, truth);
  const own = detection.width * detection.height;
  return shared / (truth.isIgnored ? own : own + truth.width * truth.height - shared) || 0; // 0/0: boxes without area
}

/** Intersection over union of two boxes, 0 to 1. */
export function intersectionOverUnion(a: PixelBox, b: PixelBox): number {
  const shared = sharedArea(a, b);
  return shared / (a.width * a.height + b.width * b.height - shared) || 0;
}

function sharedArea(a: PixelBox, b: PixelBox): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}
