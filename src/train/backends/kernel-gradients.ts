import * as tf from '@tensorflow/tfjs-core';
import { byIndex, register, sumTo, there, unary } from './gradient-rule.js';

// The build of tfjs-core that Node loads has no gradients. These are the ones of the kernels that networks and losses use; a
// kernel that is missing here fails by name when it is differentiated. A rule never gives back `dy` itself: tfjs disposes it.

/** Teaches TensorFlow.js to differentiate, on every backend. May be called again. */
export function registerKernelGradients(): void {
  registerUnary();
  registerBinary();
  registerReductions();
  registerMoves();
  registerProducts();
}

function registerUnary(): void {
  unary('Abs', 'input', (dy, x) => tf.mul(dy, tf.sign(x)));
  unary('Exp', 'output', (dy, y) => tf.mul(dy, y));
  unary('LeakyRelu', 'input', (dy, x, { alpha }) => tf.mul(dy, tf.step(x, alpha)));
  unary('Log', 'input', (dy, x) => tf.div(dy, x));
  unary('Relu', 'output', (dy, y) => tf.mul(dy, tf.step(y)));
  unary('Rsqrt', 'output', (dy, y) => tf.mul(tf.mul(dy, -0.5), tf.mul(y, tf.square(y))));
  unary('Sigmoid', 'output', (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y))));
  unary('Softplus', 'input', (dy, x) => tf.mul(dy, tf.sigmoid(x)));
  unary('Sqrt', 'output', (dy, y) => tf.div(tf.mul(dy, 0.5), y));
  unary('Square', 'input', (dy, x) => tf.mul(dy, tf.mul(x, 2)));
  unary('Tanh', 'output', (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y))));
  register('Cast', {}, (dy) => ({ x: () => tf.cast(dy, 'float32') }));
  register('Identity', {}, (dy) => ({ x: () => tf.clone(dy) }));
  register('Neg', {}, (dy) => ({ x: () => tf.neg(dy) }));
  register('ClipByValue', { inputs: ['x'], output: true }, (dy, [x, y]) => ({
    x: () => tf.mul(dy, tf.cast(tf.equal(there(x), there(y)), 'float32')),
  }));
  for (const flat of ['Step', 'Sign', 'Floor', 'Round']) unary(flat, 'input', (_, x) => tf.fill(x.shape, 0));
}

/** A kernel of two inputs `a` and `b`, either repeated to the other's shape. */
function binary(
  kernelName: string,
  rule: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => { readonly a: () => tf.Tensor; readonly b: () => tf.Tensor },
): void {
  register(kernelName, { inputs: ['a', 'b'] }, (dy, [savedA, savedB]) => {
    const [a, b] = [there(savedA), there(savedB)];
    const gradients = rule(dy, a, b);
    return { a: () => sumTo(gradients.a(), a.shape), b: () => sumTo(gradients.b(), b.shape) };
  });
}

function registerBinary(): void {
  const where = (mask: tf.Tensor, dy: tf.Tensor): tf.Tensor => tf.mul(dy, tf.cast(mask, 'float32'));
  binary('Add', (dy) => ({ a: () => dy, b: () => dy }));
  binary('Sub', (dy) => ({ a: () => dy, b: () => tf.neg(dy) }));
  binary('Multiply', (dy, a, b) => ({ a: () => tf.mul(dy, b), b: () => tf.mul(dy, a) }));
  binary('RealDiv', (dy, a, b) => ({
    a: () => tf.div(dy, b),
    b: () => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  }));
  binary('Maximum', (dy, a, b) => ({
    a: () => where(tf.greaterEqual(a, b), dy),
    b: () => where(tf.less(a, b), dy),
  }));
  binary('Minimum', (dy, a, b) => ({ a: () => where(tf.lessEqual(a, b), dy), b: () => where(tf.greater(a, b), dy) }));
  binary('SquaredDifference', (dy, a, b) => {
    const slope = (): tf.Tensor => tf.mul(dy, tf.mul(tf.sub(a, b), 2));
    return { a: slope, b: () => tf.neg(slope()) };
  });
  for (const comparison of ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual']) {
    register(comparison, { inputs: ['a', 'b'] }, (_, [a, b]) => ({
      a: () => tf.fill(there(a).shape, 0),
      b: () => tf.fill(there(b).shape, 0),
    }));
  }
  register('Select', { inputs: ['condition'] }, (dy, [condition]) => ({
    condition: () => tf.fill(there(condition).shape, 0),
    t: () => where(there(condition), dy),
    e: () => where(tf.logicalNot(there(condition)), dy),
  }));
  register('AddN', { all: true }, (dy, saved) => byIndex(saved, () => tf.clone(dy)));
}

function registerReductions(): void {
  unary('Sum', 'input', (dy, x, { axis }) => tf.mul(unreduced(dy, x, axis).dy, tf.fill(x.shape, 1)));
  unary('Mean', 'input', (dy, x, { axis }) => {
    const kept = unreduced(dy, x, axis);
    return tf.mul(kept.dy, tf.fill(x.shape, kept.dy.size / x.size));
  });
  for (const extreme of ['Max', 'Min']) {
    // Equal extremes share the gradient.
    register(extreme, { inputs: ['x'], output: true }, (dy, [savedX, y], { axis, reductionIndices }) => ({
      x: () => {
        const x = there(savedX);
        const kept = unreduced(dy, x, reductionIndices ?? axis);
        const isExtreme = tf.cast(tf.equal(x, tf.reshape(there(y), kept.dy.shape)), 'float32');
        return tf.mul(isExtreme, tf.div(kept.dy, tf.sum(isExtreme, kept.axes, true)));
      },
    }));
  }
}

/** dy with the axes of `x` that were reduced back, at length 1. */
function unreduced(dy: tf.Tensor, x: tf.Tensor, axis: number | number[]): { dy: tf.Tensor; axes: number[] } {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const shape = x.shape.map((length, at) => (axes.includes(at) ? 1 : length));
  return { dy: tf.reshape(dy, shape), axes };
}

/** Kernels that copy numbers to other places. */
function registerMoves(): void {
  unary('Reshape', 'input', (dy, x) => tf.reshape(dy, x.shape));
  register('ExpandDims', { inputs: ['input'] }, (dy, [input]) => ({ input: () => tf.reshape(dy, there(input).shape) }));
  unary('Transpose', 'input', (dy, _, { perm }) =>
    tf.transpose(
      dy,
      perm.map((_place, axis) => perm.indexOf(axis)),
    ),
  );
  unary('Reverse', 'input', (dy, _, { dims }) => tf.reverse(dy, dims));
  unary('Slice', 'input', (dy, x, { begin, size }) => {
    const [from = [], lengths = []] = tf.slice_util.parseSliceParams(x, begin, size);
    return tf.pad(
      dy,
      x.shape.map((length, axis): [number, number] => {
        const start = from[axis] ?? 0;
        return [start, length - start - (lengths[axis] ?? 0)];
      }),
    );
  });
  unary('PadV2', 'input', (dy, x, { paddings }) =>
    tf.slice(
      dy,
      paddings.map(([before]) => before),
      x.shape,
    ),
  );
  unary('Tile', 'input', (dy, x, { reps }) => {
    let sum = dy;
    reps.forEach((repetitions, axis) => {
      const shape = [...x.shape.slice(0, axis), repetitions, ...sum.shape.slice(axis)];
      shape[axis + 1] = x.shape[axis] ?? 1;
      sum = tf.sum(tf.reshape(sum, shape), axis);
    });
    return sum;
  });
  register('Concat', { all: true }, (dy, saved, { axis }) => {
    const along = tf.util.parseAxisParam(axis, dy.shape)[0] ?? 0;
    let start = 0;
    const starts = saved.map(({ shape }) => (start += shape[along] ?? 0) - (shape[along] ?? 0));
    return byIndex(saved, (part, index) => {
      const begin = dy.shape.map((_, at) => (at === along ? (starts[index] ?? 0) : 0));
      return tf.slice(dy, begin, part.shape);
    });
  });
  register('Pack', { all: true }, (dy, saved, { axis }) => {
    const parts = tf.unstack(dy, tf.util.parseAxisParam(axis, dy.shape)[0]);
    return byIndex(saved, (_, index) => there(parts[index]));
  });
  // Border: these two have one dy for each of their outputs, and a lone one as it is.
  const list = (dy: tf.Tensor): tf.Tensor[] => [dy as tf.Tensor | tf.Tensor[]].flat();
  register('SplitV', {}, (dy, _, { axis }) => ({ x: () => tf.concat(list(dy), [axis].flat()[0]) }));
  register('Unpack', {}, (dy, _, { axis }) => ({ value: () => tf.stack(list(dy), [axis].flat()[0]) }));
}

function registerProducts(): void {
  register('BatchMatMul', { inputs: ['a', 'b'] }, (dy, [savedA, savedB], { transposeA, transposeB }) => {
    const [a, b] = [there(savedA), there(savedB)];
    return {
      a: () => sumTo(transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB), a.shape),
      b: () => sumTo(transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false), b.shape),
    };
  });
  register('Conv2D', { inputs: ['x', 'filter'] }, (dy, [x, filter], { dilations, ...attributes }) => {
    if ([dilations].flat().some((n) => n !== 1)) throw new RangeError(`dilations must be 1, got ${String(dilations)}`);
    const [inputShape, filterShape] = [there(x).shape, there(filter).shape];
    return {
      x: () => run('Conv2DBackpropInput', { dy, filter: there(filter) }, { ...attributes, inputShape }),
      filter: () => run('Conv2DBackpropFilter', { x: there(x), dy }, { ...attributes, filterShape }),
    };
  });
  register('MaxPool', { inputs: ['x'], output: true }, (dy, [x, y], attributes) => ({
    x: () => run('MaxPoolGrad', { dy, input: there(x), output: there(y) }, { ...attributes }),
  }));
  unary('AvgPool', 'input', (dy, x, attributes) => {
    // Elsewhere two of the backends divide by the whole window, the forward kernel by what of it lies inside.
    if (attributes.pad !== 'valid') throw new RangeError(`pad must be valid, got ${String(attributes.pad)}`);
    return run('AvgPoolGrad', { dy, input: x }, { ...attributes });
  });
}

function run(kernelName: string, inputs: tf.NamedTensorMap, attributes: object): tf.Tensor {
  // Border: these kernels have one output, and the attributes that their forward kernel had.
  return tf.engine().runKernel<tf.Tensor>(kernelName, inputs, attributes as tf.NamedAttrMap);
}
