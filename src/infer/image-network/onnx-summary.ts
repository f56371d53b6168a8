import { readOnnxModel, type OnnxAttribute, type OnnxOperator } from '../onnx-model.js';
import { floatsOf, type OnnxTensor } from '../onnx-tensor.js';
import type { GraphConstant, GraphNode, NetworkGraph } from './network-graph.js';

/** Bytes of a constant that is read for its number. */
const MAX_SCALAR_BYTES = 64;

/** The graph of an ONNX file; undefined for bytes that are no model. */
export function onnxGraph(bytes: Uint8Array): NetworkGraph | undefined {
  const model = readOnnxModel(bytes);
  if (!model) return undefined;
  const { operatorSet = 'unknown', formatVersion = 'unknown', producer, inputs, outputs } = model;
  const nodes = model.operators.map(nodeOf);
  const constants = new Map(model.initializers.map((tensor) => [tensor.name, constantOf(tensor)]));
  for (const { outputs: names, constant } of nodes)
    if (constant && names[0] !== undefined) constants.set(names[0], constant);
  // Operators inside a local function count, and lead nowhere.
  const inner = model.functionOperators.map((operator) => nodeOf({ ...operator, inputs: [], outputs: [] }));
  return {
    format: 'onnx',
    facts: [
      `ONNX, operator set ${operatorSet}, format version ${formatVersion}`,
      `written by ${producer === '' ? 'an unnamed program' : producer}`,
    ],
    inputs,
    outputs,
    nodes: [...nodes, ...inner],
    constants,
  };
}

function nodeOf({ type, inputs, outputs, attributes }: OnnxOperator): GraphNode {
  const integers = new Map([...attributes].map(([name, value]) => [name, integersOf(value)]));
  const { tensor } = attributes.get('value') ?? {};
  const { float } = attributes.get('value_float') ?? {};
  const constant: GraphConstant | undefined = tensor
    ? constantOf(tensor)
    : float === undefined
      ? undefined
      : { type: 'float32', shape: [], number: float };
  return { type, inputs, outputs, integers, ...(constant && { constant }) };
}

function integersOf({ integer, integers }: OnnxAttribute): readonly number[] {
  return integer === undefined ? integers : [integer];
}

function constantOf({ type, shape, raw, floats }: OnnxTensor): GraphConstant {
  const isSmall = raw !== undefined && raw.length <= MAX_SCALAR_BYTES;
  const number = isSmall ? firstNumber(raw, type) : floats && floatsOf(floats.subarray(0, 4))[0];
  return { type, shape, ...(number !== undefined && { number }) };
}

/** The first number of raw data, little-endian as the schema says. */
function firstNumber(raw: Uint8Array, type: string): number | undefined {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  if (type === 'float32' && raw.length >= 4) return view.getFloat32(0, true);
  if (type === 'float64' && raw.length >= 8) return view.getFloat64(0, true);
  return undefined;
}
