import type { Network, Weights } from '../networks/ops.js';
import { sizeOf, traceNetwork } from '../networks/trace.js';
import { encodeModel, type OnnxPort } from './onnx-model.js';
import { OnnxOps, type OnnxValue } from './onnx-ops.js';

/** Options of {@link exportNetwork}. */
export interface ExportNetworkOptions<K extends string> {
  readonly network: Network<K>;
  /** What the file calls the picture that goes in. */
  readonly inputName: string;
  /** `[H, W, C]`. */
  readonly input: readonly [number, number, number];
  /** What the file holds, in this order: its name for an output of the network. What they do not need is left out. */
  readonly outputs: readonly { readonly name: string; readonly output: K }[];
  /** All of the network's, and no others. */
  readonly weights: Weights;
  /** Kept in the file, text by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What the file says wrote it. */
const PRODUCER = 'nocturne';

/**
 * A network with its weights as an ONNX file for one picture, NCHW: `[1, C, H, W]` in; pictures out as `[1, C, H, W]`, what
 * has no place as `[1, C]`. The same weights give the same bytes.
 * Throws RangeError for weights that are missing, left over, of another count or not finite, and for shapes that do not fit.
 */
export function exportNetwork<K extends string>(options: ExportNetworkOptions<K>): Uint8Array {
  const { network, inputName, input, outputs, weights, metadata = {} } = options;
  checkWeights(traceNetwork(network, input).parameters, weights);
  checkNames([inputName, ...outputs.map(({ name }) => name)]);

  const ops = new OnnxOps(weights);
  const values = network<OnnxValue>(ops, { name: inputName, shape: input });
  const ports = outputs.map(({ name, output }) => ({ name, value: values[output] }));
  return encodeModel({
    name: inputName,
    producer: PRODUCER,
    ...ops.graph.finish(new Map(ports.map(({ name, value }) => [name, value.name]))),
    inputs: [port(inputName, input)],
    outputs: ports.map(({ name, value }) => port(name, value.shape)),
    metadata,
  });
}

function port(name: string, shape: readonly number[]): OnnxPort {
  const [height, width, channels] = shape;
  const isPicture = height !== undefined && width !== undefined && channels !== undefined;
  return { name, dims: isPicture ? [1, channels, height, width] : [1, ...shape] };
}

function checkNames(names: readonly string[]): void {
  if (new Set(names).size < names.length || names.includes('')) {
    throw new RangeError(`names of inputs and outputs must be different and not empty, got ${names.join(', ')}`);
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
