import type { Detection } from './detection.js';
import type { Preprocessing, Size } from './detector-input.js';

/** An output of a network, with numbers of any type. */
export interface OutputTensor {
  readonly name: string;
  /** ONNX Runtime's name of its type: `float32`, `int64`. */
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

/** How to read a detector's outputs, recognised from what it gives for a grey image. */
export interface OutputFormat {
  /** For people: `YOLOv8, [1, 84, 8400]`. */
  readonly title: string;
  /** Scores of each box; undefined where boxes come with the number of their class. */
  readonly classCount: number | undefined;
  /** What the format's own code does with images. */
  readonly preprocessing: Preprocessing;
  /** Whether boxes of one object must still be thinned out. */
  readonly needsSuppression: boolean;
  /** Reads the detections of one image of at least {@link MIN_SCORE}, in pixels of an input of this size. */
  decode(outputs: readonly OutputTensor[], size: Size): Detection[];
}

/** Detections below it are dropped, as YOLO's own evaluation does: they cannot change AP by much. */
export const MIN_SCORE = 0.001;

/** `[N, 4]` numbers and where each box is in them. */
export interface BoxReader {
  readonly count: number;
  /** Number `k` of 4 of box `i`. */
  at(i: number, k: number): number;
}

/** Adds a detection for each class of a box with a score of at least {@link MIN_SCORE}. */
export function addClasses(
  out: Detection[],
  box: Omit<Detection, 'score' | 'classIndex'>,
  classCount: number,
  scoreOf: (classIndex: number) => number,
): void {
  for (let classIndex = 0; classIndex < classCount; classIndex++) {
    const score = scoreOf(classIndex);
    if (score >= MIN_SCORE) out.push({ ...box, score, classIndex });
  }
}

/** A box from its middle and size. */
export function centredBox(
  x: number,
  y: number,
  width: number,
  height: number,
): Omit<Detection, 'score' | 'classIndex'> {
  return { x: x - width / 2, y: y - height / 2, width, height };
}

/** A box from its left, top, right and bottom edge. */
export function edgeBox(
  left: number,
  top: number,
  right: number,
  bottom: number,
): Omit<Detection, 'score' | 'classIndex'> {
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** A tensor's dimensions without those of 1 in front. */
export function innerDims({ dims }: OutputTensor): readonly number[] {
  const first = dims.findIndex((dim) => dim !== 1);
  return first < 0 ? [] : dims.slice(first);
}

/** Dimensions for people: `[1, 84, 8400]`. */
export function describeDims({ dims }: OutputTensor): string {
  return `[${dims.join(', ')}]`;
}
