import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { externalTensor, input, integers, model, node, output, tensor } from '../support/onnx-bytes.js';

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
    node('AveragePool', [day], 'cells', { kernel_shape: [16, 16], strides: [16, 16] }),
    node('Conv', ['cells', 'gridWeight', 'gridBias'], reshapesGridTo ? 'cellGrid' : 'grid', { kernel_shape: [1, 1] }),
    ...(reshapesGridTo
      ? [node('Reshape', ['cellGrid', 'flatShape'], 'flatGrid'), node('Reshape', ['flatGrid', 'gridShape'], 'grid')]
      : []),
    node('AveragePool', [day], 'halves', { kernel_shape: [pool, pool], strides: [pool, pool] }),
    node('Conv', ['halves', 'lightsWeight', 'lightsBias'], hasSqrtLights ? 'squares' : 'lights', {
      kernel_shape: [1, 1],
    }),
    ...(hasSqrtLights ? [node('Sqrt', ['squares'], 'lights')] : []),
    weightsFile === undefined
      ? tensor('gridWeight', SHAPE, gridWeight())
      : externalTensor('gridWeight', SHAPE, weightsFile),
    ...(reshapesGridTo ? [integers('flatShape', reshapesGridTo), integers('gridShape', [1, 96, 9, 16])] : []),
    tensor('gridBias', [96], gridBias),
    tensor('lightsWeight', [4, 3, 1, 1], lightsWeight),
    tensor('lightsBias', [4], lightsBias),
    input('day', [1, 3, 144, 256]),
    output('grid', [1, 96, 9, 16]),
    output('lights', [1, 4, lightsHeight, (lightsHeight / 9) * 16]),
  ];
  return model(graph, 13);
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
    node('AveragePool', ['x'], 'features', { kernel_shape: [16, 16], strides: [16, 16] }),
    input('x', [1, channels, 32, 32]),
    output('features', [1, channels, 2, 2]),
  ];
  return model(graph, 13);
}

/** Fields of the graph: `sameDay` is the day plus zero times what the layers compute. */
function slowNodes(layers: number): Buffer[] {
  if (layers === 0) return [];
  const same = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const chain = Array.from({ length: layers }, (_, i) =>
    node('Conv', [`slow${i}`, 'slowWeight'], `slow${i + 1}`, same),
  );
  const filled = (name: string, shape: readonly [number, number, number, number], value: number): Buffer =>
    tensor(name, shape, new Array<number>(shape[0] * shape[1] * 9).fill(value));
  return [
    node('Conv', ['day', 'slowFirst'], 'slow0', same),
    ...chain,
    node('Conv', [`slow${layers}`, 'slowLast'], 'nothing', same),
    node('Add', ['day', 'nothing'], 'sameDay'),
    filled('slowFirst', [32, 3, 3, 3], 0.01),
    filled('slowWeight', [32, 32, 3, 3], 0.001),
    filled('slowLast', [3, 32, 3, 3], 0),
  ];
}
