import { intersectionOverUnion, type Detection } from './detection.js';

/** Boxes of one class that share more than this are one object: between what YOLO's and SSD's own evaluations use (0.6 to 0.7). */
const MAX_OVERLAP = 0.65;
/** Candidates of a class that are compared with each other. */
const MAX_CANDIDATES = 1000;
/** Detections kept of an image: YOLO's own bound. COCO counts the best 100 of each class. */
export const MAX_DETECTIONS = 300;

/** Keeps the most certain of boxes of one class that overlap. Returns at most {@link MAX_DETECTIONS}, most certain first. */
export function suppressOverlaps(detections: readonly Detection[]): Detection[] {
  const byClass = new Map<number, Detection[]>();
  for (const detection of detections) {
    const others = byClass.get(detection.classIndex);
    if (others) others.push(detection);
    else byClass.set(detection.classIndex, [detection]);
  }
  const kept = [...byClass.values()].flatMap((candidates) => {
    const best: Detection[] = [];
    for (const candidate of mostCertain(candidates, MAX_CANDIDATES)) {
      if (best.length >= MAX_DETECTIONS) break;
      if (best.every((other) => intersectionOverUnion(candidate, other) <= MAX_OVERLAP)) best.push(candidate);
    }
    return best;
  });
  return mostCertain(kept, MAX_DETECTIONS);
}

/** The `count` most certain detections, most certain first. Copies. */
export function mostCertain(detections: readonly Detection[], count: number): Detection[] {
  return [...detections].sort((a, b) => b.score - a.score).slice(0, count);
}
