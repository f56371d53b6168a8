import { encodeModel, type OnnxNode } from '../../../src/train/export/onnx-model.js';

/** Shapes of the detector's output, as the field's networks have them. */
export type CellFormat = 'yolov8' | 'yolov5' | 'yolox' | 'endToEnd';

/** Side of the detector's input, pixels. */
export const SIDE = 128;
/** Its finest cells, pixels. */
export const CELL = 8;
/** Objectness of YOLOv5 and YOLOX. */
export const OBJECTNESS = 0.9;
/** Boxes of YOLOX are this share of their cell: the logarithm of 1 would be 0. */
export const SHARE = 0.9;

const STRIDES = { yolov8: [8], yolov5: [8], yolox: [8, 16, 32], endToEnd: [8] } as const;
/** Cells of a grid of 32 pixels: an end-to-end network gives few boxes. */
const END_TO_END_STRIDE = 32;

/** Options of {@link cellDetector}. */
export interface CellDetectorOptions {
  readonly format: CellFormat;
  /** Default: Ultralytics' two names in the metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The bytes of an ONNX network that finds cells of plain colour: class 0 is as sure as a cell is redder than green, class 1 as it is
 * greener than red. So a test knows what it must find where.
 */
export function cellDetector({
  format,
  metadata = { names: "{0: 'car', 1: 'person'}" },
}: CellDetectorOptions): Uint8Array {
  const isFinished = format === 'endToEnd';
  const strides: readonly number[] = isFinished ? [END_TO_END_STRIDE] : STRIDES[format];
  const hasObjectness = format === 'yolov5' || format === 'yolox';
  const channels = isFinished ? 6 : hasObjectness ? 7 : 6;
  const cells = strides.flatMap((stride) => {
    const columns = SIDE / stride;
    return Array.from({ length: columns ** 2 }, (_, i) => ({
      stride,
      column: i % columns,
      row: Math.floor(i / columns),
    }));
  });
  const numbers = cells.map(({ stride, column, row }) => {
    const [x, y] = [(column + 0.5) * stride, (row + 0.5) * stride];
    if (isFinished) return [x - stride / 2, y - stride / 2, x + stride / 2, y + stride / 2, 0, 0];
    if (format === 'yolox') return [0.5, 0.5, Math.log(SHARE), Math.log(SHARE), OBJECTNESS, 0, 0];
    return hasObjectness ? [x, y, stride, stride, OBJECTNESS, 0, 0] : [x, y, stride, stride, 0, 0];
  });
  const nodes: OnnxNode[] = strides.flatMap((stride) => [
    node('AveragePool', ['image'], `pool${stride}`, { kernel_shape: [stride, stride], strides: [stride, stride] }),
    node('Conv', [`pool${stride}`, 'weight'], `scores${stride}`, { kernel_shape: [1, 1] }),
    node('Reshape', [`scores${stride}`, 'flat'], `flat${stride}`),
  ]);
  const isTransposed = format === 'yolov8';
  nodes.push(
    {
      ...node(
        'Concat',
        strides.map((stride) => `flat${stride}`),
        'all',
      ),
      attributes: { axis: { int: 2 } },
    },
    node('Add', ['all', 'boxes'], isTransposed ? 'output0' : 'sum'),
    ...(isTransposed ? [] : [node('Transpose', ['sum'], 'output0', { perm: [0, 2, 1] })]),
  );
  const boxes = Array.from({ length: channels }, (_, k) => numbers.map((row) => row[k] ?? 0)).flat();
  return encodeModel({
    name: format,
    producer: 'test',
    nodes,
    initializers: [
      { name: 'weight', dims: [channels, 3, 1, 1], values: Float32Array.from(weights(format, channels)) },
      { name: 'flat', dims: [3], values: BigInt64Array.from([1, channels, -1].map(BigInt)) },
      { name: 'boxes', dims: [1, channels, cells.length], values: Float32Array.from(boxes) },
    ],
    inputs: [{ name: 'image', dims: [1, 3, SIDE, SIDE] }],
    outputs: [{ name: 'output0', dims: isTransposed ? [1, channels, cells.length] : [1, cells.length, channels] }],
    metadata,
  });
}

/** For each channel of the output the weights of the input's colours. YOLOX sees blue, green and red, 0 to 255. */
function weights(format: CellFormat, channels: number): number[] {
  const rows = Array.from({ length: channels }, () => [0, 0, 0]);
  const red = format === 'yolox' ? [0, -1 / 255, 1 / 255] : [1, -1, 0];
  const first = format === 'endToEnd' ? 4 : channels - 2;
  rows[first] = red;
  if (format !== 'endToEnd') rows[first + 1] = red.map((weight) => -weight);
  return rows.flat();
}

function node(type: string, inputs: readonly string[], output: string, ints: Record<string, number[]> = {}): OnnxNode {
  const attributes = Object.fromEntries(Object.entries(ints).map(([name, values]) => [name, { ints: values }]));
  return { type, inputs, output, attributes };
}
