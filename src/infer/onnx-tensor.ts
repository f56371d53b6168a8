import type { ExternalData } from './external-data.js';
import { entryOf, packedIntegers, textOf, valuesOf, type ProtobufValue } from './protobuf-fields.js';
import { fromElements } from './tensor-elements.js';

/** Names of `TensorProto.DataType` of the public schema, `onnx.proto`, by number. */
const TYPES = [
  ...['undefined', 'float32', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool', 'float16'],
  ...['float64', 'uint32', 'uint64', 'complex64', 'complex128', 'bfloat16'],
] as const;
/** Element types of 4 bits or 8 bits of floating point, whose numbers differ between versions. */
const OTHER_TYPE = 'a type of 8 bits or less';
/** Fields of `TensorProto`. */
const TENSOR = { dims: 1, type: 2, floats: 4, int32s: 5, int64s: 7, name: 8, raw: 9, external: 13 } as const;

/** A tensor as an ONNX file stores it: its numbers are decoded on demand. */
export interface OnnxTensor {
  readonly name: string;
  /** Element type in ONNX's words: `float32`. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Little-endian elements; lends the file's memory. */
  readonly raw?: Uint8Array;
  /** Float32 elements, little-endian, where the file lists them as such; lends the file's memory. */
  readonly floats?: Uint8Array;
  /** Whole numbers, or the bits of float16, where the file lists them as such, not decoded yet; lends the file's memory. */
  readonly integers: readonly ProtobufValue[];
  /** Where another file holds the elements: `location`, `offset`, `length`; empty where this one does. */
  readonly place: ReadonlyMap<string, string>;
}

/** The name of an element type by its number in `onnx.proto`. */
export function onnxTypeName(number: number): string {
  return TYPES[number] ?? OTHER_TYPE;
}

/** Reads a TensorProto. */
export function readOnnxTensor(bytes: Uint8Array): OnnxTensor {
  const shape: number[] = [];
  const integers: ProtobufValue[] = [];
  let [name, type]: [string, number] = ['', 0];
  const floats: Uint8Array[] = [];
  let raw: Uint8Array | undefined;
  const place = new Map<string, string>();
  for (const field of valuesOf(bytes)) {
    if (field.id === TENSOR.dims) shape.push(...integersIn(field));
    else if (field.id === TENSOR.int32s || field.id === TENSOR.int64s) integers.push(field);
    else if (field.kind === 'integer') {
      if (field.id === TENSOR.type) type = field.value;
    } else if (field.id === TENSOR.floats) floats.push(field.content);
    else if (field.id === TENSOR.name) name = textOf(field.content);
    else if (field.id === TENSOR.raw) raw = field.content;
    else if (field.id === TENSOR.external) place.set(...entryOf(field.content));
  }
  const [first] = floats;
  return {
    ...{ name, type: onnxTypeName(type), shape, integers, place },
    ...(raw && { raw }),
    ...(first && { floats: floats.length === 1 ? first : Buffer.concat(floats) }),
  };
}

/** The numbers of a repeated integer field: packed into one content, or one of them. */
export function integersIn(field: ProtobufValue): readonly number[] {
  if (field.kind === 'fixed') return [];
  return field.kind === 'integer' ? [field.value] : packedIntegers(field.content);
}

/**
 * The elements of a tensor, row-major: float32, or whole numbers exact up to 2^53. Throws an Error with a clause for people for a type that no
 * operator here reads, and for elements that are missing.
 */
export function elementsOf(
  tensor: OnnxTensor,
  external: readonly ExternalData[] = [],
): Float32Array | readonly number[] {
  const elements = decoded(tensor, external);
  const count = tensor.shape.reduce((product, length) => product * length, 1);
  if (elements.length === count) return elements;
  throw new Error(`its constant ${tensor.name} has ${elements.length} of its ${count} numbers`);
}

function decoded(
  { name, type, raw: own, floats, integers, place }: OnnxTensor,
  external: readonly ExternalData[],
): Float32Array | readonly number[] {
  const raw = externalElements(place, external) ?? own;
  const listed = (): number[] => integers.flatMap((field) => [...integersIn(field)]);
  switch (type) {
    case 'float32':
      return floatsOf(raw ?? floats ?? new Uint8Array());
    case 'float16':
      return fromElements(raw ? new Uint16Array(aligned(raw)) : Uint16Array.from(listed()), 'float16');
    case 'int32':
      return raw ? Array.from(new Int32Array(aligned(raw))) : listed();
    case 'int64':
      return raw ? Array.from(new BigInt64Array(aligned(raw)), Number) : listed();
    default:
      throw new Error(`its constant ${name} has the type ${type}`);
  }
}

function externalElements(
  place: ReadonlyMap<string, string>,
  external: readonly ExternalData[],
): Uint8Array | undefined {
  const file = external.find(({ path }) => path === place.get('location'));
  if (!file) return undefined;
  const from = Number(place.get('offset') ?? 0);
  return file.data.subarray(from, from + Number(place.get('length') ?? file.data.length - from));
}

/** Numbers from their bytes, little-endian as the schema requires and all machines of Node are. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(aligned(bytes.subarray(0, bytes.length - (bytes.length % 4))));
}

/** The bytes in memory of their own, which starts where numbers may. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
