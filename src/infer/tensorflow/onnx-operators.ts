import * as tf from '@tensorflow/tfjs-core';
import { spatialOperator, SPATIAL_OPERATORS } from './spatial-operators.js';
import { required, type Operator, type OperatorBuilder } from './operator.js';
import type { OperatorReader } from './operator-reader.js';
import { physicalAxis, toOnnxOrder, toPhysical } from './tensor-layout.js';

const unary =
  (compute: (x: tf.Tensor) => tf.Tensor): OperatorBuilder =>
  () =>
  ([x]) =>
    compute(required(x));

const binary =
  (compute: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): OperatorBuilder =>
  () =>
  ([a, b]) =>
    compute(...broadcastable(required(a), required(b)));

const pass = unary((x) => x.clone());

/** The operators that run, by their names in ONNX: those that our own networks and published image networks consist of. */
export const OPERATORS: Readonly<Record<string, OperatorBuilder>> = {
  Relu: unary(tf.relu),
  Tanh: unary(tf.tanh),
  Sigmoid: unary(tf.sigmoid),
  Exp: unary(tf.exp),
  Sqrt: unary(tf.sqrt),
  Neg: unary(tf.neg),
  Abs: unary(tf.abs),
  Identity: pass,
  Dropout: pass,
  Cast: pass, // every number is float32 here
  Add: binary(tf.add),
  Sub: binary(tf.sub),
  Mul: binary(tf.mul),
  Div: binary(tf.div),
  LeakyRelu: (node) => {
    const slope = node.number('alpha', 0.01);
    return ([x]) => tf.leakyRelu(required(x), slope);
  },
  HardSigmoid: (node) => {
    const [factor, offset] = [node.number('alpha', 0.2), node.number('beta', 0.5)];
    return ([x]) => tf.clipByValue(tf.add(tf.mul(required(x), factor), offset), 0, 1);
  },
  Clip: (node) => {
    const low = node.constant(1)?.[0] ?? node.number('min', -Infinity);
    const high = node.constant(2)?.[0] ?? node.number('max', Infinity);
    return ([x]) => tf.clipByValue(required(x), low, high);
  },
  Concat: (node) => {
    const axis = node.number('axis', 0);
    return (inputs) => tf.concat([...inputs], physicalAxis(axis, inputs[0]?.rank ?? 0));
  },
  Slice: buildSlice,
  Reshape: (node) => {
    const target = node.integers(1, 'shape');
    return ([x]) => reshape(required(x), target);
  },
  Flatten: (node) => {
    const axis = node.number('axis', 1);
    return ([x]) => {
      const { shape } = toOnnxOrder(required(x));
      const rows = shape.slice(0, axis).reduce((a, b) => a * b, 1);
      return reshape(required(x), [rows, -1]);
    };
  },
  Unsqueeze: (node) => {
    const axes = node.integers(1, 'axes');
    return ([x]) => {
      const shape = [...toOnnxOrder(required(x)).shape];
      for (const axis of [...axes].sort((a, b) => a - b)) shape.splice(axis, 0, 1);
      return reshape(required(x), shape);
    };
  },
  Transpose: (node) => {
    const order = node.list('perm');
    return ([x]) => toPhysical(tf.transpose(toOnnxOrder(required(x)), order && [...order]));
  },
  Gemm: buildGemm,
  ReduceMean: reduction((x, axes, keeps) => tf.mean(x, axes, keeps)),
  ReduceMax: reduction((x, axes, keeps) => tf.max(x, axes, keeps)),
  ...Object.fromEntries(SPATIAL_OPERATORS.map((type) => [type, spatialOperator(type)])),
};

function buildSlice(node: OperatorReader): Operator {
  const [starts, ends] = [node.integers(1, 'starts'), node.integers(2, 'ends')];
  const axes = node.constant(3) ?? node.list('axes') ?? starts.map((_, i) => i);
  if (node.constant(4)?.some((step) => step !== 1)) throw new Error('a Slice with steps');
  return ([input]) => {
    const x = required(input);
    const begin = x.shape.map(() => 0);
    const size = [...x.shape];
    axes.forEach((axis, i) => {
      const at = physicalAxis(axis, x.rank);
      const length = x.shape[at] ?? 0;
      const within = (place: number): number => Math.min(length, Math.max(0, place < 0 ? place + length : place));
      begin[at] = within(starts[i] ?? 0);
      size[at] = within(ends[i] ?? length) - begin[at];
    });
    return tf.slice(x, begin, size);
  };
}

function buildGemm(node: OperatorReader): Operator {
  const [alpha, beta] = [node.number('alpha', 1), node.number('beta', 1)];
  const [isATransposed, isBTransposed] = [node.number('transA', 0) === 1, node.number('transB', 0) === 1];
  return ([a, b, c]) => {
    const product = tf.matMul(required(a), required(b), isATransposed, isBTransposed);
    const scaled = alpha === 1 ? product : tf.mul(product, alpha);
    return c ? tf.add(scaled, beta === 1 ? c : tf.mul(c, beta)) : scaled;
  };
}

function reduction(compute: (x: tf.Tensor, axes: number[], keepsAxes: boolean) => tf.Tensor): OperatorBuilder {
  return (node) => {
    const axes = node.constant(1) ?? node.list('axes');
    const keepsAxes = node.number('keepdims', 1) === 1;
    return ([input]) => {
      const x = required(input);
      const all = axes ?? x.shape.map((_, i) => i);
      if (keepsAxes)
        return compute(
          x,
          all.map((axis) => physicalAxis(axis, x.rank)),
          true,
        );
      const plain = toOnnxOrder(x);
      return toPhysical(
        compute(
          plain,
          all.map((axis) => (axis < 0 ? axis + plain.rank : axis)),
          false,
        ),
      );
    };
  };
}

/** `x` in another shape, given in ONNX's order: 0 keeps a length, -1 is what is left. */
function reshape(x: tf.Tensor, target: readonly number[]): tf.Tensor {
  const plain = toOnnxOrder(x);
  return toPhysical(
    tf.reshape(
      plain,
      target.map((length, axis) => (length === 0 ? (plain.shape[axis] ?? 1) : length)),
    ),
  );
}

/** Two tensors that TensorFlow.js broadcasts as ONNX does: of a lower rank, one is first raised to rank 4. */
function broadcastable(a: tf.Tensor, b: tf.Tensor): readonly [tf.Tensor, tf.Tensor] {
  const raise = (x: tf.Tensor): tf.Tensor =>
    x.rank === 4 || x.size === 1
      ? x
      : toPhysical(tf.reshape(x, [...new Array<number>(4 - x.rank).fill(1), ...x.shape]));
  return a.rank === 4 || b.rank === 4 ? [raise(a), raise(b)] : [a, b];
}
