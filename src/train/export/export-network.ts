import type { Network, Weights } from '../networks/ops.js';
import { sizeOf, traceNetwork } from '../networks/trace.js';
import { encodeModel, type OnnxValueInfo } from './onnx-model.js';
import { OnnxOps, type OnnxValue } from './onnx-ops.js';

/** Options of {@link exportNetwork}. */
interface ExportNetworkOptions<K extends string> {
  readonly network: Network<K>;
  /** Name of the input in the file. */
  readonly inputName: string;
  /** `[H, W, C]`. */
  readonly input: readonly [number, number, number];
  /** The outputs of the file, in this order: a name in the file for an output of the network. Unused parts of the network are left out. */
  readonly outputs: readonly { readonly name: string; readonly output: K }[];
  /** Exactly the parameters of the network. */
  readonly weights: Weights;
  /** Images that the file takes at once; default 1. */
  readonly batch?: number;
  /** Metadata of the file: text by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Producer name in the file. */
const PRODUCER = 'nocturne';

/**
 * Encodes a network with its weights as an ONNX file for batch size 1, NCHW: `[1, C, H, W]` in and out, or `[1, C]` for outputs
 * without spatial axes. The same weights give the same bytes.
 * Throws RangeError for weights that are missing, left over, of another size or not finite, and for shapes that do not fit.
 */
export function exportNetwork<K extends string>(options: ExportNetworkOptions<K>): Uint8Array {
  const { network, inputName, input, outputs, weights, metadata = {}, batch = 1 } = options;
  checkWeights(traceNetwork(network, input).parameters, weights);
  checkNames([inputName, ...outputs.map(({ name }) => name)]);

  const ops = new OnnxOps(weights);
  const values = network<OnnxValue>(ops, { name: inputName, shape: input });
  const ports = outputs.map(({ name, output }) => ({ name, value: values[output] }));
  return encodeModel({
    name: inputName,
    producer: PRODUCER,
    ...ops.graph.finish(new Map(ports.map(({ name, value }) => [name, value.name]))),
    inputs: [valueInfo(inputName, input, batch)],
    outputs: ports.map(({ name, value }) => valueInfo(name, value.shape, batch)),
    metadata,
  });
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

function checkWeights(specs: readonly { name: string; shape: readonly number[] }[], weights: Weights): void {
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
