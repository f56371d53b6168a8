import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Options of a tiny ONNX model for tests. Its look is an affine function of block means, which a test can compute by hand. */
export interface TinyModelOptions {
  /** Rows of the lights output; 72 is correct. */
  readonly lightsHeight?: 72 | 36;
  /** Takes the square root of the lights: NaN where the day's luma is below 0.25. */
  readonly hasSqrtLights?: boolean;
  /** Passes the grid through a Reshape to this shape, and from there to `[1, 96, 9, 16]`. */
  readonly reshapesGridTo?: readonly number[];
  /** Convolutions of 32 channels, each some tens of milliseconds on a CPU, whose result counts zero times. */
  readonly slowLayers?: number;
  /** Keeps the weights of the grid in a file of this name, which the caller writes: {@link tinyGridWeights}. */
  readonly weightsFile?: string;
}

/** Channel `k` of the grid is `GRID_BIAS(k) + GRID_SLOPE(k) * mean luma of the cell`. */
export const GRID_BIAS = (k: number): number => 0.01 * k;
export const GRID_SLOPE = (k: number): number => (k % 12 === 3 ? 0.5 : 0);
/** Channel `c` of the lights is `LIGHTS_SLOPE * (c + 1) * (mean luma - LIGHTS_FLOOR)`, over 2x2 pixels. */
export const LIGHTS_SLOPE = 0.2;
export const LIGHTS_FLOOR = 0.25;

/** Writes NAME.onnx and NAME.json to a folder. Returns the path of the model. */
export function writeTinyModel(
  folder: string,
  name = 'tiny',
  options: TinyModelOptions = {},
  change: (card: Record<string, unknown>) => void = () => undefined,
): string {
  const bytes = tinyModel(options);
  const card: Record<string, unknown> = {
    name,
    version: '0.0.1',
    description: 'an affine look for tests',
    licence: 'MIT',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    input: { name: 'day', shape: [1, 3, 144, 256], layout: 'NCHW', matrix: 'bt709', range: 'full' },
    outputs: {
      grid: { name: 'grid', shape: [1, 96, 9, 16], layout: 'B34HW' },
      lights: { name: 'lights', shape: [1, 4, 72, 128] },
    },
  };
  change(card);
  writeFileSync(join(folder, `${name}.onnx`), bytes);
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(card));
  return join(folder, `${name}.onnx`);
}

/** Returns the bytes of the model: an ONNX ModelProto of opset 13. */
export function tinyModel({
  lightsHeight = 72,
  hasSqrtLights = false,
  reshapesGridTo,
  slowLayers = 0,
  weightsFile,
}: TinyModelOptions = {}): Buffer {
  const day = slowLayers > 0 ? 'sameDay' : 'day';
  const gridBias = Array.from({ length: 96 }, (_, k) => GRID_BIAS(k));
  const lightsWeight = [1, 2, 3, 4].flatMap((c) => [LIGHTS_SLOPE * c, 0, 0]);
  const lightsBias = [1, 2, 3, 4].map((c) => -LIGHTS_SLOPE * LIGHTS_FLOOR * c);
  const pool = 144 / lightsHeight;
  const graph = [
    ...slowNodes(slowLayers),
    field(1, node('AveragePool', [day], 'cells', { kernel_shape: [16, 16], strides: [16, 16] })),
    field(
      1,
      node('Conv', ['cells', 'gridWeight', 'gridBias'], reshapesGridTo ? 'cellGrid' : 'grid', { kernel_shape: [1, 1] }),
    ),
    ...(reshapesGridTo
      ? [
          field(1, node('Reshape', ['cellGrid', 'flatShape'], 'flatGrid', {})),
          field(1, node('Reshape', ['flatGrid', 'gridShape'], 'grid', {})),
        ]
      : []),
    field(1, node('AveragePool', [day], 'halves', { kernel_shape: [pool, pool], strides: [pool, pool] })),
    field(
      1,
      node('Conv', ['halves', 'lightsWeight', 'lightsBias'], hasSqrtLights ? 'squares' : 'lights', {
        kernel_shape: [1, 1],
      }),
    ),
    ...(hasSqrtLights ? [field(1, node('Sqrt', ['squares'], 'lights', {}))] : []),
    field(2, Buffer.from('tiny')),
    field(
      5,
      weightsFile === undefined
        ? tensor('gridWeight', SHAPE, gridWeight())
        : externalTensor('gridWeight', SHAPE, weightsFile),
    ),
    ...(reshapesGridTo
      ? [field(5, integers('flatShape', reshapesGridTo)), field(5, integers('gridShape', [1, 96, 9, 16]))]
      : []),
    field(5, tensor('gridBias', [96], gridBias)),
    field(5, tensor('lightsWeight', [4, 3, 1, 1], lightsWeight)),
    field(5, tensor('lightsBias', [4], lightsBias)),
    field(11, valueInfo('day', [1, 3, 144, 256])),
    field(12, valueInfo('grid', [1, 96, 9, 16])),
    field(12, valueInfo('lights', [1, 4, lightsHeight, (lightsHeight / 9) * 16])),
  ];
  return Buffer.concat([number(1, 8), field(7, Buffer.concat(graph)), field(8, number(2, 13))]);
}

/** Shape of the grid's weights. */
const SHAPE = [96, 3, 1, 1];
const gridWeight = (): number[] => Array.from({ length: 96 }, (_, k) => [GRID_SLOPE(k), 0, 0]).flat();

/** The content of a model's `weightsFile`. */
export function tinyGridWeights(): Buffer {
  return Buffer.from(Float32Array.from(gridWeight()).buffer);
}

/** Returns the bytes of a feature model: `x [1, 3, 32, 32]` to the means of its four quarters, `[1, 3, 2, 2]`. */
export function tinyFeatureModel(channels = 3): Buffer {
  const graph = [
    field(1, node('AveragePool', ['x'], 'features', { kernel_shape: [16, 16], strides: [16, 16] })),
    field(2, Buffer.from('tiny')),
    field(11, valueInfo('x', [1, channels, 32, 32])),
    field(12, valueInfo('features', [1, channels, 2, 2])),
  ];
  return Buffer.concat([number(1, 8), field(7, Buffer.concat(graph)), field(8, number(2, 13))]);
}

// The part of Protocol Buffers that this ONNX model needs: https://protobuf.dev/programming-guides/encoding/

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}

/** A length-delimited field: text, bytes or a message. */
function field(id: number, content: Buffer): Buffer {
  return Buffer.concat([varint((id << 3) | 2), varint(content.length), content]);
}

/** An integer field. */
function number(id: number, value: number): Buffer {
  return Buffer.concat([varint(id << 3), varint(value)]);
}

/** NodeProto: input 1, output 2, op_type 4, attribute 5 (name 1, ints 8, type 20 = INTS 7). */
function node(type: string, inputs: readonly string[], output: string, attributes: Record<string, number[]>): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => field(1, Buffer.from(name))),
    field(2, Buffer.from(output)),
    field(4, Buffer.from(type)),
    ...Object.entries(attributes).map(([name, ints]) =>
      field(5, Buffer.concat([field(1, Buffer.from(name)), ...ints.map((value) => number(8, value)), number(20, 7)])),
    ),
  ]);
}

/** TensorProto: dims 1, data_type 2 (1 is float), name 8, raw_data 9. */
function tensor(name: string, dims: readonly number[], values: readonly number[]): Buffer {
  const data = Float32Array.from(values);
  return Buffer.concat([
    ...dims.map((value) => number(1, value)),
    number(2, 1),
    field(8, Buffer.from(name)),
    field(9, Buffer.from(data.buffer)),
  ]);
}

/** A one-dimensional TensorProto of int64 (data_type 7). */
function integers(name: string, values: readonly number[]): Buffer {
  const data = BigInt64Array.from(values.map(BigInt));
  return Buffer.concat([
    number(1, values.length),
    number(2, 7),
    field(8, Buffer.from(name)),
    field(9, Buffer.from(data.buffer)),
  ]);
}

/** Fields of the graph: `sameDay` is the day plus zero times what the layers compute. */
function slowNodes(layers: number): Buffer[] {
  if (layers === 0) return [];
  const same = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const chain = Array.from({ length: layers }, (_, i) =>
    field(1, node('Conv', [`slow${i}`, 'slowWeight'], `slow${i + 1}`, same)),
  );
  return [
    field(1, node('Conv', ['day', 'slowFirst'], 'slow0', same)),
    ...chain,
    field(1, node('Conv', [`slow${layers}`, 'slowLast'], 'nothing', same)),
    field(1, node('Add', ['day', 'nothing'], 'sameDay', {})),
    field(
      5,
      tensor(
        'slowFirst',
        [32, 3, 3, 3],
        Array.from({ length: 32 * 27 }, () => 0.01),
      ),
    ),
    field(
      5,
      tensor(
        'slowWeight',
        [32, 32, 3, 3],
        Array.from({ length: 32 * 288 }, () => 0.001),
      ),
    ),
    field(
      5,
      tensor(
        'slowLast',
        [3, 32, 3, 3],
        Array.from({ length: 3 * 288 }, () => 0),
      ),
    ),
  ];
}

/** TensorProto whose data is in another file: external_data 13 (key 1, value 2), data_location 14 (1 is external). */
function externalTensor(name: string, dims: readonly number[], file: string): Buffer {
  const location = Buffer.concat([field(1, Buffer.from('location')), field(2, Buffer.from(file))]);
  return Buffer.concat([
    ...dims.map((value) => number(1, value)),
    number(2, 1),
    field(8, Buffer.from(name)),
    field(13, location),
    number(14, 1),
  ]);
}

/** ValueInfoProto: name 1, type 2 (tensor_type 1: elem_type 1, shape 2 of dim 1 of dim_value 1). */
function valueInfo(name: string, dims: readonly number[]): Buffer {
  const shape = Buffer.concat(dims.map((value) => field(1, number(1, value))));
  return Buffer.concat([
    field(1, Buffer.from(name)),
    field(2, field(1, Buffer.concat([number(1, 1), field(2, shape)]))),
  ]);
}
