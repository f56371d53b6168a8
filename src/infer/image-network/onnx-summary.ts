import type { TensorPort } from '../network-session.js';
import { fieldsOf, packedIntegers, textOf, valuesOf, type ProtobufValue } from '../protobuf-fields.js';
import type { GraphConstant, GraphNode, NetworkGraph } from './network-graph.js';

/** Names of `TensorProto.DataType`, by number. */
const TYPES = [
  ...['undefined', 'float32', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool', 'float16'],
  ...['float64', 'uint32', 'uint64', 'complex64', 'complex128', 'bfloat16'],
] as const;
/** Element types of 4 bits or 8 bits of floating point, whose numbers differ between versions. */
const OTHER_TYPE = 'a type of 8 bits or less';
/** Bytes of a constant that is read for its number. */
const MAX_SCALAR_BYTES = 64;

/** The graph of an ONNX file (ModelProto of the public schema, `onnx.proto`); undefined for bytes that are no model. */
export function onnxGraph(model: Uint8Array): NetworkGraph | undefined {
  const fields = [...valuesOf(model)];
  const graph = contentOf(fields, 7);
  if (!graph) return undefined;
  const sets = contentsOf(fields, 8).map((content) => [...valuesOf(content)]);
  const isMain = (set: readonly Field[]): boolean => ['', 'ai.onnx'].includes(textAt(set, 1));
  const opset = sets.find(isMain);
  const constants = new Map<string, GraphConstant>();
  const [nodes, inputs, outputs]: [GraphNode[], TensorPort[], TensorPort[]] = [[], [], []];
  for (const { id, content } of fieldsOf(graph)) {
    if (id === 1) nodes.push(readNode(content));
    else if (id === 5) readTensor(content, constants);
    else if (id === 11) inputs.push(readPort(content));
    else if (id === 12) outputs.push(readPort(content));
  }
  for (const {
    outputs: [name],
    constant,
  } of nodes)
    if (constant && name !== undefined) constants.set(name, constant);
  const producer = [textAt(fields, 2), textAt(fields, 3)].join(' ').trim();
  return {
    format: 'onnx',
    facts: [
      `ONNX, operator set ${numberAt(opset ?? [], 2) ?? 'unknown'}, format version ${numberAt(fields, 1) ?? 'unknown'}`,
      `written by ${producer === '' ? 'an unnamed program' : producer}`,
    ],
    inputs: inputs.filter(({ name }) => !constants.has(name)), // formats before 4 list the weights too
    outputs,
    nodes: [...nodes, ...contentsOf(fields, 25).flatMap(functionNodes)],
    constants,
  };
}

type Field = ProtobufValue;

/** Nodes inside a local function: they count, and lead nowhere. */
function functionNodes(content: Uint8Array): GraphNode[] {
  const nodes = contentsOf([...valuesOf(content)], 7).map(readNode);
  return nodes.map((node) => ({ ...node, inputs: [], outputs: [] }));
}

function readNode(content: Uint8Array): GraphNode {
  const fields = [...valuesOf(content)];
  const integers = new Map<string, readonly number[]>();
  let constant: GraphConstant | undefined;
  for (const attribute of contentsOf(fields, 5)) {
    const parts = [...valuesOf(attribute)];
    const name = textAt(parts, 1);
    const int = numberAt(parts, 3);
    integers.set(name, int === undefined ? integersOf(parts, 8) : [int]);
    const tensor = contentOf(parts, 5);
    const float = numberAt(parts, 2);
    if (name === 'value' && tensor) constant = readConstant([...valuesOf(tensor)]);
    else if (name === 'value_float' && float !== undefined) constant = { type: 'float32', shape: [], number: float };
  }
  const domain = textAt(fields, 7);
  const type = textAt(fields, 4);
  return {
    type: domain === '' || domain === 'ai.onnx' ? type : `${domain}.${type}`,
    inputs: contentsOf(fields, 1).map(textOf),
    outputs: contentsOf(fields, 2).map(textOf),
    integers,
    ...(constant && { constant }),
  };
}

function readTensor(content: Uint8Array, constants: Map<string, GraphConstant>): void {
  const fields = [...valuesOf(content)];
  constants.set(textAt(fields, 8), readConstant(fields));
}

function readConstant(fields: readonly Field[]): GraphConstant {
  const type = typeName(numberAt(fields, 2));
  const shape = integersOf(fields, 1);
  const raw = contentOf(fields, 9);
  const number = raw && raw.length <= MAX_SCALAR_BYTES ? firstNumber(raw, type) : firstListed(fields);
  return { type, shape, ...(number !== undefined && { number }) };
}

/** The first number of raw data, little-endian as the schema says. */
function firstNumber(raw: Uint8Array, type: string): number | undefined {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  if (type === 'float32' && raw.length >= 4) return view.getFloat32(0, true);
  if (type === 'float64' && raw.length >= 8) return view.getFloat64(0, true);
  return undefined;
}

/** The first number of `float_data`, packed or not. */
function firstListed(fields: readonly Field[]): number | undefined {
  const found = fields.find(({ id }) => id === 4);
  if (!found) return undefined;
  return found.kind === 'integer' ? undefined : firstNumber(found.content, 'float32');
}

/** A ValueInfoProto of a tensor. */
function readPort(content: Uint8Array): TensorPort {
  const fields = [...valuesOf(content)];
  const tensor = contentOf([...valuesOf(contentOf(fields, 2) ?? NOTHING)], 1);
  if (!tensor) return { name: textAt(fields, 1), type: 'no tensor', shape: [] };
  const parts = [...valuesOf(tensor)];
  const shape = contentsOf([...valuesOf(contentOf(parts, 2) ?? NOTHING)], 1).map((dimension) => {
    const side = [...valuesOf(dimension)];
    return numberAt(side, 1) ?? (textAt(side, 2) || 'any');
  });
  return { name: textAt(fields, 1), type: typeName(numberAt(parts, 1)), shape };
}

const NOTHING = new Uint8Array();

function typeName(number: number | undefined): string {
  return TYPES[number ?? 0] ?? OTHER_TYPE;
}

function contentsOf(fields: readonly Field[], id: number): Uint8Array[] {
  return fields.flatMap((field) => (field.id === id && field.kind === 'bytes' ? [field.content] : []));
}

function contentOf(fields: readonly Field[], id: number): Uint8Array | undefined {
  return contentsOf(fields, id)[0];
}

function textAt(fields: readonly Field[], id: number): string {
  return textOf(contentOf(fields, id) ?? NOTHING);
}

function numberAt(fields: readonly Field[], id: number): number | undefined {
  for (const field of fields) {
    if (field.id !== id || field.kind === 'bytes') continue;
    return field.kind === 'integer' ? field.value : firstNumber(field.content, 'float32');
  }
  return undefined;
}

/** The numbers of a repeated integer field, packed into one content or one by one. */
function integersOf(fields: readonly Field[], id: number): number[] {
  return fields.flatMap((field) => {
    if (field.id !== id || field.kind === 'fixed') return [];
    return field.kind === 'integer' ? [field.value] : packedIntegers(field.content);
  });
}
