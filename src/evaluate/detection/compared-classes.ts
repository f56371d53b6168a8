import { matchClasses } from './class-names.js';
import type { Detection, TrueBox } from './detection.js';
import type { DetectorEvaluation } from './detector-evaluation.js';
import type { Detector } from './detector.js';
import type { LabelledImage, LabelledSet } from './labelled-set.js';
import { detectionsByClass, truthsByClass, type BoxesByClass } from './set-matches.js';

/** Which classes are compared, and whether labels say what is there. */
export interface ComparedClasses {
  readonly names: readonly string[];
  readonly hasLabels: boolean;
  readonly unmatched: DetectorEvaluation['unmatched'];
  /** Notes for people, one line each. */
  readonly notices: readonly string[];
  /** Detections by class. */
  detections(found: readonly Detection[]): BoxesByClass<Detection>;
  /** True boxes by class; undefined without labels. */
  truths(image: LabelledImage): BoxesByClass<TrueBox> | undefined;
}

/** Compares by the labels' classes; where there are none, or none that the detector has, by all that it has. */
export function compareClasses(sets: readonly LabelledSet[], detector: Detector): ComparedClasses {
  const boxes = sets.flatMap(({ images }) => images.flatMap((image) => image.boxes ?? []));
  const labels = [...new Set(boxes.filter(({ isIgnored }) => !isIgnored).map(({ category }) => category))].sort();
  const known = detector.classes.filter((name) => name !== '');
  const matched = matchClasses(labels, detector.classes);
  if (matched.names.length > 0) {
    // A set whose labels are all of other classes says nothing about these.
    const isLabelled = ({ images }: LabelledSet): boolean =>
      images.some((image) => image.boxes?.some(({ category }) => matched.ofLabel(category) !== undefined));
    const labelled = new Set(sets.filter(isLabelled).flatMap(({ images }) => images));
    return {
      names: matched.names,
      hasLabels: true,
      unmatched: {
        labels: matched.unmatchedLabels,
        detector: matched.unmatchedDetector.filter((name) => name !== ''),
      },
      notices: [],
      detections: (found) => detectionsByClass(found, matched),
      truths: (image) => (labelled.has(image) && image.boxes ? truthsByClass(image.boxes, matched) : undefined),
    };
  }
  const names = [...new Set(known)];
  const ofDetector = (index: number): number | undefined => {
    const at = names.indexOf(detector.classes[index] ?? '');
    return at < 0 ? undefined : at;
  };
  const isUnknown = labels.length > 0;
  return {
    names,
    hasLabels: false,
    unmatched: { labels, detector: isUnknown ? known : [] },
    notices: isUnknown
      ? [`the detector has none of the labels' classes (${labels.join(', ')}): compared without labels`]
      : [],
    detections: (found) => detectionsByClass(found, { names, ofDetector }),
    truths: () => undefined,
  };
}
