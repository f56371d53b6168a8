import type { ExternalData } from '../external-data.js';
import type { TensorPort } from '../network-session.js';
import { entryOf, fieldsOf, packedIntegers, textOf, valuesOf } from '../protobuf-fields.js';
import { fromElements } from '../tensor-elements.js';

/** A constant of a network: float32 or whole numbers, row-major. */
export interface OnnxConstant {
  readonly shape: readonly number[];
  readonly values: Float32Array | readonly number[];
}

/** An attribute of an operator. */
export type OnnxAttribute = number | string | readonly number[] | OnnxConstant;

/** An operator with the names of what it reads and gives. */
export interface OnnxNode {
  readonly type: string;
  /** `''` for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** A network as its ONNX file describes it. */
export interface OnnxGraph {
  /** In the order in which they run. */
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxConstant>;
  readonly inputs: readonly TensorPort[];
  readonly outputs: readonly TensorPort[];
}

// Field numbers of the public schema, `onnx.proto`.
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2, type: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, float: 2, integer: 3, text: 4, tensor: 5, floats: 7, integers: 8 } as const;
const TENSOR = { dims: 1, type: 2, floats: 4, int32s: 5, int64s: 7, name: 8, raw: 9, external: 13 } as const;
/** `TensorProto.DataType`: the types that constants may have, and the words for those of inputs and outputs. */
const TYPE = { float32: 1, int32: 6, int64: 7, float16: 10 } as const;
const TYPE_WORDS = new Map(Object.entries(TYPE).map(([word, id]) => [id as number, word]));

/** Reads an ONNX file. Throws an Error with a clause for people. */
export function readOnnxGraph(model: Uint8Array, external: readonly ExternalData[] = []): OnnxGraph {
  const graph = [...fieldsOf(model)].find(({ id }) => id === MODEL_GRAPH)?.content;
  if (!graph) throw new Error('it is not an ONNX file, or not all of one');
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxConstant>();
  const [inputs, outputs]: [TensorPort[], TensorPort[]] = [[], []];
  for (const { id, content } of fieldsOf(graph)) {
    if (id === GRAPH.node) nodes.push(readNode(content));
    else if (id === GRAPH.input) inputs.push(readPort(content));
    else if (id === GRAPH.output) outputs.push(readPort(content));
    else if (id === GRAPH.initializer) {
      const { name, constant } = readTensor(content, external);
      constants.set(name, constant);
    }
  }
  return { nodes, constants, inputs: inputs.filter(({ name }) => !constants.has(name)), outputs };
}

function readNode(bytes: Uint8Array): OnnxNode {
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes = new Map<string, OnnxAttribute>();
  let type = '';
  for (const { id, content } of fieldsOf(bytes)) {
    if (id === NODE.input) inputs.push(textOf(content));
    else if (id === NODE.output) outputs.push(textOf(content));
    else if (id === NODE.type) type = textOf(content);
    else if (id === NODE.attribute) {
      const [name, value] = readAttribute(content);
      if (value !== undefined) attributes.set(name, value);
    }
  }
  return { type, inputs, outputs, attributes };
}

function readAttribute(bytes: Uint8Array): readonly [name: string, value: OnnxAttribute | undefined] {
  let name = '';
  let value: OnnxAttribute | undefined;
  const [floats, integers]: [number[], number[]] = [[], []];
  for (const field of valuesOf(bytes)) {
    if (field.kind === 'integer') {
      if (field.id === ATTRIBUTE.integer) value = field.value;
      else if (field.id === ATTRIBUTE.integers) integers.push(field.value);
    } else if (field.kind === 'fixed') {
      const [number = 0] = floatsOf(field.content);
      if (field.id === ATTRIBUTE.float) value = number;
      else if (field.id === ATTRIBUTE.floats) floats.push(number);
    } else if (field.id === ATTRIBUTE.name) name = textOf(field.content);
    else if (field.id === ATTRIBUTE.text) value = textOf(field.content);
    else if (field.id === ATTRIBUTE.tensor) value = readTensor(field.content, []).constant;
    else if (field.id === ATTRIBUTE.integers) integers.push(...packedIntegers(field.content));
    else if (field.id === ATTRIBUTE.floats) floats.push(...floatsOf(field.content));
  }
  if (integers.length > 0) return [name, integers];
  return [name, floats.length > 0 ? floats : value];
}

/** A TensorProto. Throws an Error for a type that no operator here reads. */
function readTensor(bytes: Uint8Array, external: readonly ExternalData[]): { name: string; constant: OnnxConstant } {
  const [shape, integers]: [number[], number[]] = [[], []];
  let [name, type]: [string, number] = ['', 0];
  let floats: Float32Array | undefined;
  let raw: Uint8Array | undefined;
  const place = new Map<string, string>();
  for (const field of valuesOf(bytes)) {
    if (field.kind === 'integer') {
      if (field.id === TENSOR.dims) shape.push(field.value);
      else if (field.id === TENSOR.type) type = field.value;
      else if (field.id === TENSOR.int64s || field.id === TENSOR.int32s) integers.push(field.value);
    } else if (field.kind === 'bytes') {
      if (field.id === TENSOR.dims) shape.push(...packedIntegers(field.content));
      else if (field.id === TENSOR.floats) floats = floatsOf(field.content);
      else if (field.id === TENSOR.int64s || field.id === TENSOR.int32s)
        integers.push(...packedIntegers(field.content));
      else if (field.id === TENSOR.name) name = textOf(field.content);
      else if (field.id === TENSOR.raw) raw = field.content;
      else if (field.id === TENSOR.external) place.set(...entryOf(field.content));
    }
  }
  const file = external.find(({ path }) => path === place.get('location'));
  if (file) {
    const from = Number(place.get('offset') ?? 0);
    raw = file.data.subarray(from, from + Number(place.get('length') ?? file.data.length - from));
  }
  return { name, constant: { shape, values: numbersOf(type, { raw, floats, integers }, name) } };
}

interface Stored {
  readonly raw: Uint8Array | undefined;
  readonly floats: Float32Array | undefined;
  readonly integers: readonly number[];
}

function numbersOf(type: number, { raw, floats, integers }: Stored, name: string): OnnxConstant['values'] {
  switch (type) {
    case TYPE.float32:
      return raw ? floatsOf(raw) : (floats ?? new Float32Array());
    case TYPE.float16:
      return fromElements(Uint16Array.from(raw ? halves(raw) : integers), 'float16');
    case TYPE.int32:
      return raw ? [...new Int32Array(aligned(raw))] : integers;
    case TYPE.int64:
      return raw ? Array.from(new BigInt64Array(aligned(raw)), Number) : integers;
    default:
      throw new Error(`its constant ${name} has the type ${type} of onnx.proto`);
  }
}

/** An input or output: its name, type and shape. */
function readPort(bytes: Uint8Array): TensorPort {
  let name = '';
  let type = 'float32';
  const shape: (number | string)[] = [];
  for (const { id, content } of fieldsOf(bytes)) {
    if (id === 1) name = textOf(content);
    if (id !== 2) continue;
    for (const tensor of valuesOf(
      [...fieldsOf(content)].find((field) => field.id === 1)?.content ?? new Uint8Array(),
    )) {
      if (tensor.kind === 'integer' && tensor.id === 1) type = TYPE_WORDS.get(tensor.value) ?? `type ${tensor.value}`;
      if (tensor.kind !== 'bytes' || tensor.id !== 2) continue;
      for (const { content: dim } of fieldsOf(tensor.content)) {
        const [field] = valuesOf(dim);
        if (field?.kind === 'integer') shape.push(field.value);
        else shape.push(field ? textOf(field.content) : `axis ${shape.length}`);
      }
    }
  }
  return { name, type, shape };
}

/** The bytes in memory of their own, which starts where numbers may. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** Numbers from their bytes, little-endian as the schema requires and all machines of Node are. */
function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(aligned(bytes.subarray(0, bytes.length - (bytes.length % 4))));
}

function halves(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(aligned(bytes));
}
