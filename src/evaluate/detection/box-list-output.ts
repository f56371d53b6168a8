import type { Detection } from './detection.js';
import type { DetectorInput, Preprocessing, Size } from './detector-input.js';
import {
  addClasses,
  centredBox,
  describeDims,
  edgeBox,
  innerDims,
  MIN_SCORE,
  type OutputFormat,
  type OutputTensor,
} from './detector-output.js';

/** Order of a box's four numbers: edges, rows first as in TensorFlow, or middle and size as in DETR. */
type BoxOrder = 'xyxy' | 'yxyx' | 'centre';

/** Queries of DETR-like networks; networks with more boxes give several for one object. */
const MAX_QUERIES = 1000;
/** Coordinates up to here are shares of the image: a network that counts pixels gives some beyond it. */
const MAX_SHARE = 2;
/** DETR's classes: COCO's ids and `no object`. */
const DETR_CLASSES = 92;

/**
 * Recognises boxes in one output `[1, N, 4]` and what they show in others: scores and class numbers `[1, N]` (TensorFlow's detection
 * API, torchvision, RT-DETR with its postprocessor), or scores of each class `[1, N, C]` (SSD, YOLO-NAS, DETR, RT-DETR). Returns
 * undefined for other outputs.
 * @param outputs for a grey image.
 */
export function recogniseBoxLists(
  outputs: readonly OutputTensor[],
  input: DetectorInput,
  classCount: number | undefined,
): OutputFormat | undefined {
  const boxes = pickOne(outputs, (output) => isBoxes(output), /box|dets|loc/i);
  if (!boxes) return undefined;
  const rest = outputs.filter((output) => output !== boxes);
  const count = boxCount(boxes);
  const perClass = pickOne(rest, (output) => isScoreTable(output, count), /score|logit|conf|label|cls/i);
  if (perClass) return scoreTable(boxes, perClass, input, classCount);
  const labels = pickOne(
    rest,
    (output) => isList(output, count),
    /class|label|cls/i,
    (one) => one.type.startsWith('int'),
  );
  const scores = rest.find((output) => output !== labels && isList(output, count) && output.type === 'float32');
  if (!labels || !scores) return undefined;
  return classList(boxes, { labels, scores }, input);
}

/** The one output that fits; of several, the one that the name or the second condition picks. */
function pickOne(
  outputs: readonly OutputTensor[],
  fits: (output: OutputTensor) => boolean,
  name: RegExp,
  isSure: (output: OutputTensor) => boolean = () => false,
): OutputTensor | undefined {
  const fitting = outputs.filter(fits);
  if (fitting.length < 2) return fitting[0];
  return fitting.find(isSure) ?? fitting.find((output) => name.test(output.name));
}

function isBoxes({ dims, type }: OutputTensor): boolean {
  return type === 'float32' && dims.length >= 2 && dims.at(-1) === 4;
}

/** Boxes of `[1, N, 4]`, `[1, N, 1, 4]` or `[N, 4]`. */
function boxCount({ data }: OutputTensor): number {
  return data.length / 4;
}

function isScoreTable({ dims, type, data }: OutputTensor, count: number): boolean {
  return (
    type === 'float32' &&
    dims.length >= 2 &&
    count > 0 &&
    (dims.at(-1) ?? 0) > 1 &&
    dims.at(-2) === count &&
    data.length > count
  );
}

function isList(output: OutputTensor, count: number): boolean {
  const inner = innerDims(output);
  return inner.length <= 1 && output.data.length === count && output.dims.at(-1) === count;
}

/** Boxes with their class numbers, as the network has chosen them. */
function classList(
  boxes: OutputTensor,
  { labels, scores }: { readonly labels: OutputTensor; readonly scores: OutputTensor },
  input: DetectorInput,
): OutputFormat {
  const isTensorFlow = input.layout === 'NHWC' || /^detection_/.test(boxes.name);
  const order = isTensorFlow ? 'yxyx' : 'xyxy';
  return {
    title: `${isTensorFlow ? 'TensorFlow' : 'torchvision'} boxes, ${boxes.name} ${describeDims(boxes)}`,
    classCount: undefined,
    preprocessing: preprocessingOf(input, 'unit'),
    needsSuppression: false,
    decode: (outputs, size) => {
      const [box, score, label] = [boxes, scores, labels].map(({ name }) => outputs.find((one) => one.name === name));
      if (!box || !score || !label) return [];
      const read = boxReader(box, size, order, isTensorFlow || maxOf(box.data) <= MAX_SHARE);
      const rows = Array.from({ length: boxCount(box) }, (_, i) => {
        return { ...read(i), score: score.data[i] ?? 0, classIndex: Math.round(label.data[i] ?? 0) };
      });
      return rows.filter((row) => row.score >= MIN_SCORE);
    },
  };
}

/** Boxes with a score for each class. */
function scoreTable(
  boxes: OutputTensor,
  scores: OutputTensor,
  input: DetectorInput,
  classCount: number | undefined,
): OutputFormat {
  const columns = scores.dims.at(-1) ?? 0;
  const isShare = maxOf(boxes.data) <= MAX_SHARE;
  const order = orderOf(boxes, input);
  const isLogit = Array.from(scores.data).some((value) => value < 0 || value > 1);
  const hasNone = isLogit && (columns === DETR_CLASSES || columns - 1 === classCount); // softmax over the classes and `no object`
  const classes = hasNone ? columns - 1 : columns;
  const isDetr = isLogit && boxCount(boxes) <= MAX_QUERIES;
  const isNormalized = hasNone || boxes.name === 'dets'; // DETR, RF-DETR
  return {
    title: `${isDetr ? 'DETR' : 'SSD'} boxes and scores, ${boxes.name} ${describeDims(boxes)}, ${scores.name} ${describeDims(scores)}`,
    classCount: classes,
    preprocessing: preprocessingOf(input, isNormalized ? 'imagenet' : 'unit'),
    needsSuppression: !isDetr,
    decode: (outputs, size) => {
      const [box, table] = [boxes, scores].map(({ name }) => outputs.find((one) => one.name === name));
      if (!box || !table) return [];
      const read = boxReader(box, size, order, isShare);
      const found: Detection[] = [];
      for (let i = 0; i < boxCount(box); i++) {
        const row = Float64Array.from({ length: columns }, (_, k) => table.data[i * columns + k] ?? 0);
        const probabilities = !isLogit ? row : hasNone ? softmax(row) : row.map((value) => 1 / (1 + Math.exp(-value)));
        addClasses(found, read(i), classes, (k) => probabilities[k] ?? 0);
      }
      return found;
    },
  };
}

function preprocessingOf(input: DetectorInput, values: Preprocessing['values']): Preprocessing {
  return { fit: input.size ? 'stretch' : 'own', values, colors: 'rgb' };
}

/** Rows come first in TensorFlow, whose images are NHWC. Boxes that end before they begin are middles and sizes. */
function orderOf(boxes: OutputTensor, input: DetectorInput): BoxOrder {
  const { data } = boxes;
  for (let i = 0; i < data.length; i += 4) {
    const isInverted = (k: number): boolean => (data[i + k + 2] ?? 0) < (data[i + k] ?? 0) - 1e-3;
    if (isInverted(0) || isInverted(1)) return 'centre';
  }
  return input.layout === 'NHWC' ? 'yxyx' : 'xyxy';
}

function boxReader(
  { data }: OutputTensor,
  size: Size,
  order: BoxOrder,
  isShare: boolean,
): (i: number) => Omit<Detection, 'score' | 'classIndex'> {
  const [width, height] = isShare ? [size.width, size.height] : [1, 1];
  return (i) => {
    const [a, b, c, d] = [0, 1, 2, 3].map((k) => data[4 * i + k] ?? 0) as [number, number, number, number]; // four of four
    if (order === 'centre') return centredBox(a * width, b * height, c * width, d * height);
    if (order === 'yxyx') return edgeBox(b * width, a * height, d * width, c * height);
    return edgeBox(a * width, b * height, c * width, d * height);
  };
}

function softmax(row: Float64Array): Float64Array {
  const max = maxOf(row);
  const powers = row.map((value) => Math.exp(value - max));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}

function maxOf(values: ArrayLike<number>): number {
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) max = Math.max(max, values[i] ?? 0);
  return max;
}
