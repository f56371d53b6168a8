// An ONNX image network that takes long: a chain of convolutions beside the image itself.

/**
 * The bytes of a network `tanh(x / 2)` of 256x256 images, NCHW, whose file shows how it is used. `layers`: convolutions of 32 channels whose result
 * counts zero times; each takes about 10 ms on a CPU core.
 */
export function slowImageModel(layers) {
  const shape = [1, 3, 256, 256];
  const chain = Array.from({ length: layers }, (_, i) => conv(`slow${i}`, 'middle', `slow${i + 1}`));
  const graph = [
    conv('day', 'first', 'slow0'),
    ...chain,
    conv(`slow${layers}`, 'last', 'nothing'),
    node('Mul', ['day', 'slope'], 'scaled'),
    node('Add', ['scaled', 'nothing'], 'sum'),
    node('Tanh', ['sum'], 'night'),
    field(2, 'slow'),
    weights('first', [32, 3, 3, 3], 0.01),
    weights('middle', [32, 32, 3, 3], 0.003),
    weights('last', [3, 32, 3, 3], 0),
    weights('slope', [], 0.5),
    field(11, port('day', shape)),
    field(12, port('night', shape)),
  ];
  return Buffer.concat([number(1, 8), field(7, Buffer.concat(graph)), field(8, number(2, 13))]);
}

// Protocol Buffers (https://protobuf.dev/programming-guides/encoding/) of onnx.proto.

function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

function field(id, content) {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint((id << 3) | 2), varint(bytes.length), bytes]);
}

function number(id, value) {
  return Buffer.concat([varint(id << 3), varint(value)]);
}

/** NodeProto in a graph: input 1, output 2, op_type 4, attribute 5 (name 1, ints 8, type 20 = INTS 7). */
function node(type, inputs, output, attributes = {}) {
  const lists = Object.entries(attributes).map(([name, ints]) =>
    field(5, Buffer.concat([field(1, name), ...ints.map((value) => number(8, value)), number(20, 7)])),
  );
  return field(1, Buffer.concat([...inputs.map((name) => field(1, name)), field(2, output), field(4, type), ...lists]));
}

function conv(input, weight, output) {
  return node('Conv', [input, weight], output, { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
}

/** TensorProto in a graph: dims 1, data_type 2 (1 is float), name 8, raw_data 9. */
function weights(name, dims, value) {
  const data = new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(value);
  return field(
    5,
    Buffer.concat([...dims.map((dim) => number(1, dim)), number(2, 1), field(8, name), field(9, data.buffer)]),
  );
}

/** ValueInfoProto: name 1, type 2 (tensor_type 1: elem_type 1, shape 2 of dim 1 of dim_value 1). */
function port(name, dims) {
  const shape = field(2, Buffer.concat(dims.map((dim) => field(1, number(1, dim)))));
  return Buffer.concat([field(1, name), field(2, field(1, Buffer.concat([number(1, 1), shape])))]);
}
