import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

/** Operator set version: the last whose reductions take their axes as attributes; all current runtimes read it. */
const OPSET = 17;
/** Version of the file format that came with {@link OPSET}. */
const IR_VERSION = 8;

/** An attribute of a node, by its type in the schema. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly text: string };

/** One operation: named values in, one named value out. */
export interface OnnxNode {
  readonly type: string;
  /** `''` for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A constant of the graph, row-major: float32 or int64. */
export interface OnnxInitializer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

/** A float32 input or output of the graph. */
export interface OnnxValueInfo {
  readonly name: string;
  /** The length of each axis, or the name of one that takes any. */
  readonly dims: readonly (number | string)[];
}

/** Content of an ONNX file. */
interface OnnxModel {
  readonly name: string;
  readonly producer: string;
  /** In topological order. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** Text by key (`metadata_props`). */
  readonly metadata: Readonly<Record<string, string>>;
}

/** TensorProto.DataType and AttributeProto.AttributeType of the schema. */
const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;

/** Encodes a model as an ONNX file (ModelProto of the public schema, `onnx.proto`). The same model gives the same bytes. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const message = {
    irVersion: IR_VERSION,
    producerName: model.producer,
    opsetImport: [{ domain: '', version: OPSET }],
    metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: model.name,
      node: model.nodes.map(nodeMessage),
      initializer: model.initializers.map(tensorMessage),
      input: model.inputs.map(valueInfoMessage),
      output: model.outputs.map(valueInfoMessage),
    },
  };
  const type = schemaType('onnx.ModelProto');
  const fault = type.verify(message);
  if (fault !== null) throw new TypeError(`model must fit onnx.proto, got ${fault}`);
  return type.encode(message).finish();
}

/** The float32 constants of an ONNX file that {@link encodeModel} wrote, by name. Copies. Throws an Error for other bytes. */
export function decodeFloats(bytes: Uint8Array): ReadonlyMap<string, Float32Array> {
  const type = schemaType('onnx.ModelProto');
  const { graph } = type.toObject(type.decode(bytes), { longs: Number }) as DecodedModel; // as the schema says
  const result = new Map<string, Float32Array>();
  for (const { name, dataType, rawData } of graph?.initializer ?? []) {
    if (name === undefined || dataType !== FLOAT || !rawData) continue;
    result.set(name, floats(rawData));
  }
  return result;
}

/** What {@link decodeFloats} needs of a decoded ModelProto. */
interface DecodedModel {
  readonly graph?: {
    readonly initializer?: readonly {
      readonly name?: string;
      readonly dataType?: number;
      readonly rawData?: Uint8Array;
    }[];
  };
}

/** Numbers from their bytes, little-endian as the schema requires. */
function floats(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

function schemaType(name: string): protobuf.Type {
  const schema = readFileSync(new URL('./onnx.proto', import.meta.url), 'utf8');
  return protobuf.parse(schema).root.lookupType(name);
}

function nodeMessage({ type, inputs, output, attributes }: OnnxNode): object {
  const attribute = Object.entries(attributes).map(([name, value]) => ({ name, ...attributeFields(value) }));
  return { name: output, opType: type, input: inputs, output: [output], attribute };
}

function attributeFields(value: OnnxAttribute): object {
  if ('int' in value) return { type: ATTRIBUTE_INT, i: value.int };
  if ('ints' in value) return { type: ATTRIBUTE_INTS, ints: value.ints };
  if ('float' in value) return { type: ATTRIBUTE_FLOAT, f: value.float };
  return { type: ATTRIBUTE_STRING, s: Buffer.from(value.text, 'utf8') };
}

function tensorMessage({ name, dims, values }: OnnxInitializer): object {
  const dataType = values instanceof Float32Array ? FLOAT : INT64;
  return { name, dims, dataType, rawData: littleEndian(values) };
}

/** The bytes of the numbers, little-endian as the schema requires; lends the memory on little-endian machines. */
function littleEndian(values: Float32Array | BigInt64Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) return bytes;
  return values instanceof Float32Array ? Buffer.from(bytes).swap32() : Buffer.from(bytes).swap64();
}

function valueInfoMessage({ name, dims }: OnnxValueInfo): object {
  const shape = { dim: dims.map((dim) => (typeof dim === 'string' ? { dimParam: dim } : { dimValue: dim })) };
  return { name, type: { tensorType: { elemType: FLOAT, shape } } };
}
