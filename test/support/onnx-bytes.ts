// Writes ONNX models for tests, field by field: independent of the reader under test. Protocol Buffers:
// https://protobuf.dev/programming-guides/encoding/, messages: the public schema `onnx.proto`.

/** A length-delimited field: text, bytes or a message. */
export function field(id: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint((id << 3) | 2), varint(bytes.length), bytes]);
}

/** An integer field. */
export function number(id: number, value: number): Buffer {
  return Buffer.concat([varint(id << 3), varint(value)]);
}

/** ModelProto of a graph's fields: ir_version 1, graph 7, opset_import 8 (version 2). */
export function model(graph: readonly Buffer[], opset: number): Buffer {
  return Buffer.concat([
    number(1, 8),
    field(7, Buffer.concat([...graph, field(2, 'tiny')])),
    field(8, number(2, opset)),
  ]);
}

/** A node of a graph. NodeProto: input 1, output 2, op_type 4, attribute 5 (name 1, i 3, ints 8, type 20: 2 is INT, 7 INTS). */
export function node(
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
): Buffer {
  const parts = Object.entries(attributes).map(([name, value]) => {
    const numbers = typeof value === 'number' ? [number(3, value), number(20, 2)] : [...value.map((int) => number(8, int)), number(20, 7)]; // prettier-ignore
    return field(5, Buffer.concat([field(1, name), ...numbers]));
  });
  return field(1, Buffer.concat([...inputs.map((name) => field(1, name)), field(2, output), field(4, type), ...parts]));
}

/** A weight of a graph. TensorProto: dims 1, data_type 2 (1 is float), name 8, raw_data 9. */
export function tensor(name: string, dims: readonly number[], values: readonly number[]): Buffer {
  return rawTensor(name, dims, 1, Float32Array.from(values));
}

/** A weight of a graph: one-dimensional, int64 (data_type 7). */
export function integers(name: string, values: readonly number[]): Buffer {
  return rawTensor(name, [values.length], 7, BigInt64Array.from(values.map(BigInt)));
}

/** A weight of a graph, of any `TensorProto.DataType`. */
export function rawTensor(name: string, dims: readonly number[], type: number, data: ArrayBufferView): Buffer {
  const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return field(
    5,
    Buffer.concat([...dims.map((side) => number(1, side)), number(2, type), field(8, name), field(9, raw)]),
  );
}

/** A float weight whose data is in another file: external_data 13 (key 1, value 2), data_location 14 (1 is external). */
export function externalTensor(name: string, dims: readonly number[], file: string): Buffer {
  const location = Buffer.concat([field(1, 'location'), field(2, file)]);
  const sides = dims.map((side) => number(1, side));
  return field(5, Buffer.concat([...sides, number(2, 1), field(8, name), field(13, location), number(14, 1)]));
}

/** An input of a graph; its element type is float where nothing else is said. */
export function input(name: string, dims: readonly (number | string)[], type = 1): Buffer {
  return field(11, valueInfo(name, dims, type));
}

/** An output of a graph. */
export function output(name: string, dims: readonly (number | string)[], type = 1): Buffer {
  return field(12, valueInfo(name, dims, type));
}

/** ValueInfoProto: name 1, type 2 (tensor_type 1: elem_type 1, shape 2 of dim 1 of dim_value 1 or dim_param 2). */
function valueInfo(name: string, dims: readonly (number | string)[], type: number): Buffer {
  const sides = dims.map((side) => field(1, typeof side === 'number' ? number(1, side) : field(2, side)));
  const shape = field(2, Buffer.concat(sides));
  return Buffer.concat([field(1, name), field(2, field(1, Buffer.concat([number(1, type), shape])))]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}
