import type { LabelledBox } from '../../augment/dataset.js';
import { joinMatches, type ClassMatches } from './average-precision.js';
import type { MatchedClasses } from './class-names.js';
import type { Detection, TrueBox } from './detection.js';
import { matchDetections, type AreaName } from './match-detections.js';

/** Detections of a class in an image that count: COCO's bound. */
const MAX_OF_CLASS = 100;

/** Boxes of one image by class, in the order of the classes. */
export type BoxesByClass<T> = readonly (readonly T[])[];

/** The detections of one image by class, most certain first. Classes that are not compared are left out. */
export function detectionsByClass(
  detections: readonly Detection[],
  classes: { readonly names: readonly string[]; ofDetector(classIndex: number): number | undefined },
): BoxesByClass<Detection> {
  const byClass: Detection[][] = classes.names.map(() => []);
  for (const detection of detections) {
    const index = classes.ofDetector(detection.classIndex);
    const row = index === undefined ? undefined : byClass[index];
    if (row && row.length < MAX_OF_CLASS) row.push(detection);
  }
  return byClass;
}

/** The labelled boxes of one image by class. Ignored regions of a class that the detector lacks are ignored for all of them. */
export function truthsByClass(boxes: readonly LabelledBox[], classes: MatchedClasses): BoxesByClass<TrueBox> {
  const byClass: TrueBox[][] = classes.names.map(() => []);
  for (const box of boxes) {
    const index = classes.ofLabel(box.category);
    if (index !== undefined) byClass[index]?.push(box);
    else if (box.isIgnored) for (const row of byClass) row.push(box);
  }
  return byClass;
}

/** Compares detections and true boxes of a set of images, one result a class. Both have the same images. */
export function matchSet(
  detections: readonly BoxesByClass<Detection>[],
  truths: readonly BoxesByClass<TrueBox>[],
  classCount: number,
  area: AreaName = 'all',
): ClassMatches[] {
  return Array.from({ length: classCount }, (_, index) =>
    joinMatches(
      detections.map((image, i) => {
        const found = image[index] ?? [];
        const matches = matchDetections(found, truths[i]?.[index] ?? [], area);
        return { scores: found.map(({ score }) => score), matches };
      }),
    ),
  );
}

/** For each true box of an image whether a detection of at least `minScore` finds it at an overlap of 0.5; undefined for ignored ones. */
export function foundTruths(
  detections: BoxesByClass<Detection>,
  truths: BoxesByClass<TrueBox>,
  minScore: number,
): BoxesByClass<boolean | undefined> {
  return truths.map((boxes, index) => {
    const sure = (detections[index] ?? []).filter(({ score }) => score >= minScore);
    const matches = matchDetections(sure, boxes);
    const matched = new Set(matches.truths.subarray(0, sure.length)); // the first overlap is 0.5
    return boxes.map(({ isIgnored }, i) => (isIgnored ? undefined : matched.has(i)));
  });
}
