import type { Network, Weights } from '../networks/ops.js';
import { sizeOf, traceNetwork } from '../networks/trace.js';
import { encodeModel, type OnnxValueInfo } from './onnx-model.js';
import type { OnnxGraph } from './onnx-graph.js';
import { OnnxOps, type OnnxValue } from './onnx-ops.js';

/** Options of {@link exportNetwork}. */
interface ExportNetworkOptions<K extends string> {
  readonly network: Network<K>;
  /** Name of the input in the file. */
  readonly inputName: string;
  /** `[H, W, C]`. */
  readonly input: readonly [number, number, number];
  /** The outputs of the file, in this order: a name in the file for an output of the network. Unused parts of the network are left out. `batch`: of an output that sums over the input's. */
  readonly outputs: readonly { readonly name: string; readonly output: K; readonly batch?: number }[];
  /** Exactly the parameters and the statistics of the network. */
  readonly weights: Weights;
  /** Images that the file takes at once; default 1. */
  readonly batch?: number;
  /**
   * Set for a file that takes any number of images of any size whose sides are multiples of this, instead of `batch` of `input`; every
   * output has the rows and columns of the input.
   */
  readonly multiple?: number;
  /** Metadata of the file: text by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Producer name in the file. */
export const PRODUCER = 'nocturne';

/**
 * Encodes a network with its weights as an ONNX file for batch size 1, NCHW: `[1, C, H, W]` in and out, or `[1, C]` for outputs
 * without spatial axes. The same weights give the same bytes.
 * Throws RangeError for weights that are missing, left over, of another size or not finite, for shapes that do not fit, and with
 * `multiple` for a network whose operations depend on the size of its input.
 */
export function exportNetwork<K extends string>(options: ExportNetworkOptions<K>): Uint8Array {
  const { network, inputName, input, outputs, weights, metadata = {}, batch = 1, multiple } = options;
  const { parameters, statistics } = traceNetwork(network, input);
  checkWeights([...parameters, ...statistics], weights);
  checkNames([inputName, ...outputs.map(({ name }) => name)]);

  const { graph, shapes } = graphOf(options, input);
  if (multiple !== undefined) checkAnySize(options, multiple);
  const infoOf = (name: string, shape: readonly number[], count = batch): OnnxValueInfo =>
    multiple === undefined
      ? valueInfo(name, shape, count)
      : { name, dims: ['batch', shape[2] ?? 0, 'height', 'width'] };
  return encodeModel({
    name: inputName,
    producer: PRODUCER,
    ...graph,
    inputs: [infoOf(inputName, input)],
    outputs: outputs.map(({ name, batch: count }, index) => infoOf(name, shapes[index] ?? [], count)),
    metadata,
  });
}

/** The operations of a network for an input of some size, and the `[H, W, C]` of its outputs. */
function graphOf<K extends string>(
  { network, inputName, outputs, weights }: ExportNetworkOptions<K>,
  input: readonly [number, number, number],
): { readonly graph: ReturnType<OnnxGraph['finish']>; readonly shapes: readonly (readonly number[])[] } {
  const ops = new OnnxOps(weights);
  const values = network<OnnxValue>(ops, { name: inputName, shape: input });
  return {
    graph: ops.graph.finish(new Map(outputs.map(({ name, output }) => [name, values[output].name]))),
    shapes: outputs.map(({ output }) => values[output].shape),
  };
}

/** Throws RangeError where a larger input has other operations or constants, or an output of other rows and columns. */
function checkAnySize<K extends string>(options: ExportNetworkOptions<K>, multiple: number): void {
  const [height, width, channels] = options.input;
  if (height % multiple !== 0 || width % multiple !== 0) {
    throw new RangeError(`input must be a multiple of ${multiple} on each side, got ${width}x${height}`);
  }
  const larger = [height + multiple, width + 2 * multiple, channels] as const;
  if (operationsAt(options, options.input) !== operationsAt(options, larger)) {
    throw new RangeError('network must compute alike at every size, got one whose operations depend on it');
  }
}

/** Nodes and names of constants for an input of some size, as text; weights are left out, which no size changes. Throws RangeError. */
function operationsAt<K extends string>(
  options: ExportNetworkOptions<K>,
  size: readonly [number, number, number],
): string {
  const { graph, shapes } = graphOf(options, size);
  const wrong = shapes.find(([height, width]) => height !== size[0] || width !== size[1]);
  if (wrong) throw new RangeError(`outputs must be ${size[1]}x${size[0]} as the input, got [${wrong.join(', ')}]`);
  return JSON.stringify([graph.nodes, graph.initializers.map(({ name }) => name)]);
}

function valueInfo(name: string, shape: readonly number[], batch: number): OnnxValueInfo {
  const [height, width, channels] = shape;
  const isSpatial = height !== undefined && width !== undefined && channels !== undefined;
  return { name, dims: isSpatial ? [batch, channels, height, width] : [batch, ...shape] };
}

function checkNames(names: readonly string[]): void {
  if (new Set(names).size < names.length || names.includes('')) {
    throw new RangeError(`names of inputs and outputs must be unique and not empty, got ${names.join(', ')}`);
  }
}

/** Throws RangeError for weights that are missing, left over, of another size or not finite. */
export function checkWeights(specs: readonly { name: string; shape: readonly number[] }[], weights: Weights): void {
  for (const { name, shape } of specs) {
    const values = weights.get(name);
    if (values?.length !== sizeOf(shape)) {
      throw new RangeError(`${name} must be ${sizeOf(shape)} numbers, got ${values ? values.length : 'none'}`);
    }
    const wrong = values.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) throw new RangeError(`${name} must be finite, got ${wrong}`);
  }
  const known = new Set(specs.map(({ name }) => name));
  const extra = [...weights.keys()].filter((name) => !known.has(name));
  if (extra.length > 0) throw new RangeError(`weights must be those of the network, got also ${extra.join(', ')}`);
}
