import * as tf from '@tensorflow/tfjs-core';
import { byIndex, registerGradient, sumTo, requireSaved, registerUnaryGradient } from './gradient-rule.js';

// tfjs-core 4.22: the build that Node loads has no gradients. These are the gradients of the kernels that networks and losses use;
// differentiating any other kernel throws an error with its name. A rule must not return `dy` itself: tfjs disposes it.

/** Registers the gradients for all backends. Idempotent. */
export function registerKernelGradients(): void {
  registerElementwise();
  registerBinaries();
  registerReductions();
  registerShapeKernels();
  registerListKernels();
  registerProducts();
}

function registerElementwise(): void {
  registerUnaryGradient('Abs', 'input', (dy, x) => tf.mul(dy, tf.sign(x)));
  registerUnaryGradient('Exp', 'output', (dy, y) => tf.mul(dy, y));
  registerUnaryGradient('LeakyRelu', 'input', (dy, x, { alpha }) => tf.mul(dy, tf.step(x, alpha)));
  registerUnaryGradient('Log', 'input', (dy, x) => tf.div(dy, x));
  registerUnaryGradient('Relu', 'output', (dy, y) => tf.mul(dy, tf.step(y)));
  registerUnaryGradient('Rsqrt', 'output', (dy, y) => tf.mul(tf.mul(dy, -0.5), tf.mul(y, tf.square(y))));
  registerUnaryGradient('Sigmoid', 'output', (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y))));
  registerUnaryGradient('Softplus', 'input', (dy, x) => tf.mul(dy, tf.sigmoid(x)));
  registerUnaryGradient('Sqrt', 'output', (dy, y) => tf.div(tf.mul(dy, 0.5), y));
  registerUnaryGradient('Square', 'input', (dy, x) => tf.mul(dy, tf.mul(x, 2)));
  registerUnaryGradient('Tanh', 'output', (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y))));
  registerGradient('Cast', {}, (dy) => ({ x: () => tf.cast(dy, 'float32') }));
  registerGradient('Identity', {}, (dy) => ({ x: () => tf.clone(dy) }));
  registerGradient('Neg', {}, (dy) => ({ x: () => tf.neg(dy) }));
  registerGradient('ClipByValue', { inputs: ['x'], output: true }, (dy, [x, y]) => ({
    x: () => tf.mul(dy, tf.cast(tf.equal(requireSaved(x), requireSaved(y)), 'float32')),
  }));
  for (const flat of ['Step', 'Sign', 'Floor', 'Round'])
    registerUnaryGradient(flat, 'input', (_, x) => tf.fill(x.shape, 0));
}

/** Registers the gradient of a kernel with two inputs `a` and `b`, either broadcast to the shape of the other. */
function registerBinaryGradient(
  kernelName: string,
  rule: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => { readonly a: () => tf.Tensor; readonly b: () => tf.Tensor },
): void {
  registerGradient(kernelName, { inputs: ['a', 'b'] }, (dy, [savedA, savedB]) => {
    const [a, b] = [requireSaved(savedA), requireSaved(savedB)];
    const gradients = rule(dy, a, b);
    return { a: () => sumTo(gradients.a(), a.shape), b: () => sumTo(gradients.b(), b.shape) };
  });
}

function registerBinaries(): void {
  const where = (mask: tf.Tensor, dy: tf.Tensor): tf.Tensor => tf.mul(dy, tf.cast(mask, 'float32'));
  registerBinaryGradient('Add', (dy) => ({ a: () => dy, b: () => dy }));
  registerBinaryGradient('Sub', (dy) => ({ a: () => dy, b: () => tf.neg(dy) }));
  registerBinaryGradient('Multiply', (dy, a, b) => ({ a: () => tf.mul(dy, b), b: () => tf.mul(dy, a) }));
  registerBinaryGradient('RealDiv', (dy, a, b) => ({
    a: () => tf.div(dy, b),
    b: () => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  }));
  registerBinaryGradient('Maximum', (dy, a, b) => ({
    a: () => where(tf.greaterEqual(a, b), dy),
    b: () => where(tf.less(a, b), dy),
  }));
  registerBinaryGradient('Minimum', (dy, a, b) => ({
    a: () => where(tf.lessEqual(a, b), dy),
    b: () => where(tf.greater(a, b), dy),
  }));
  registerBinaryGradient('SquaredDifference', (dy, a, b) => {
    const slope = (): tf.Tensor => tf.mul(dy, tf.mul(tf.sub(a, b), 2));
    return { a: slope, b: () => tf.neg(slope()) };
  });
  for (const comparison of ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual']) {
    registerGradient(comparison, { inputs: ['a', 'b'] }, (_, [a, b]) => ({
      a: () => tf.fill(requireSaved(a).shape, 0),
      b: () => tf.fill(requireSaved(b).shape, 0),
    }));
  }
  registerGradient('Select', { inputs: ['condition'] }, (dy, [condition]) => ({
    condition: () => tf.fill(requireSaved(condition).shape, 0),
    t: () => where(requireSaved(condition), dy),
    e: () => where(tf.logicalNot(requireSaved(condition)), dy),
  }));
  registerGradient('AddN', { all: true }, (dy, saved) => byIndex(saved, () => tf.clone(dy)));
}

function registerReductions(): void {
  registerUnaryGradient('Sum', 'input', (dy, x, { axis }) =>
    tf.mul(expandReduced(dy, x, axis).dy, tf.fill(x.shape, 1)),
  );
  registerUnaryGradient('Mean', 'input', (dy, x, { axis }) => {
    const kept = expandReduced(dy, x, axis);
    return tf.mul(kept.dy, tf.fill(x.shape, kept.dy.size / x.size));
  });
  for (const extreme of ['Max', 'Min']) {
    // Equal extrema share the gradient.
    registerGradient(extreme, { inputs: ['x'], output: true }, (dy, [savedX, y], { axis, reductionIndices }) => ({
      x: () => {
        const x = requireSaved(savedX);
        const kept = expandReduced(dy, x, reductionIndices ?? axis);
        const isExtreme = tf.cast(tf.equal(x, tf.reshape(requireSaved(y), kept.dy.shape)), 'float32');
        return tf.mul(isExtreme, tf.div(kept.dy, tf.sum(isExtreme, kept.axes, true)));
      },
    }));
  }
}

/** dy with the reduced axes of `x` restored at length 1. */
function expandReduced(dy: tf.Tensor, x: tf.Tensor, axis: number | number[]): { dy: tf.Tensor; axes: number[] } {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const shape = x.shape.map((length, index) => (axes.includes(index) ? 1 : length));
  return { dy: tf.reshape(dy, shape), axes };
}

/** Kernels that rearrange the numbers of one tensor. */
function registerShapeKernels(): void {
  registerUnaryGradient('Reshape', 'input', (dy, x) => tf.reshape(dy, x.shape));
  registerGradient('ExpandDims', { inputs: ['input'] }, (dy, [input]) => ({
    input: () => tf.reshape(dy, requireSaved(input).shape),
  }));
  registerUnaryGradient('Transpose', 'input', (dy, _, { perm }) =>
    tf.transpose(
      dy,
      perm.map((_, axis) => perm.indexOf(axis)),
    ),
  );
  registerUnaryGradient('Reverse', 'input', (dy, _, { dims }) => tf.reverse(dy, dims));
  registerUnaryGradient('Slice', 'input', (dy, x, { begin, size }) => {
    const [from = [], lengths = []] = tf.slice_util.parseSliceParams(x, begin, size);
    return tf.pad(
      dy,
      x.shape.map((length, axis): [number, number] => {
        const start = from[axis] ?? 0;
        return [start, length - start - (lengths[axis] ?? 0)];
      }),
    );
  });
  registerUnaryGradient('PadV2', 'input', (dy, x, { paddings }) =>
    tf.slice(
      dy,
      paddings.map(([before]) => before),
      x.shape,
    ),
  );
  registerUnaryGradient('Tile', 'input', (dy, x, { reps }) => {
    let sum = dy;
    reps.forEach((repetitions, axis) => {
      const shape = [...x.shape.slice(0, axis), repetitions, ...sum.shape.slice(axis)];
      shape[axis + 1] = x.shape[axis] ?? 1;
      sum = tf.sum(tf.reshape(sum, shape), axis);
    });
    return sum;
  });
}

/** Kernels with a list of inputs or outputs. */
function registerListKernels(): void {
  registerGradient('Concat', { all: true }, (dy, saved, { axis }) => {
    const along = tf.util.parseAxisParam(axis, dy.shape)[0] ?? 0;
    let start = 0;
    const starts = saved.map(({ shape }) => (start += shape[along] ?? 0) - (shape[along] ?? 0));
    return byIndex(saved, (part, index) => {
      const begin = dy.shape.map((_, at) => (at === along ? (starts[index] ?? 0) : 0));
      return tf.slice(dy, begin, part.shape);
    });
  });
  registerGradient('Pack', { all: true }, (dy, saved, { axis }) => {
    const parts = tf.unstack(dy, tf.util.parseAxisParam(axis, dy.shape)[0]);
    return byIndex(saved, (_, index) => requireSaved(parts[index]));
  });
  // These two kernels have one dy per output; tfjs passes a single one without an array.
  const list = (dy: tf.Tensor): tf.Tensor[] => [dy as tf.Tensor | tf.Tensor[]].flat();
  registerGradient('SplitV', {}, (dy, _, { axis }) => ({ x: () => tf.concat(list(dy), [axis].flat()[0]) }));
  registerGradient('Unpack', {}, (dy, _, { axis }) => ({ value: () => tf.stack(list(dy), [axis].flat()[0]) }));
}

function registerProducts(): void {
  registerGradient('BatchMatMul', { inputs: ['a', 'b'] }, (dy, [savedA, savedB], { transposeA, transposeB }) => {
    const [a, b] = [requireSaved(savedA), requireSaved(savedB)];
    return {
      a: () => sumTo(transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB), a.shape),
      b: () => sumTo(transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false), b.shape),
    };
  });
  registerGradient('Conv2D', { inputs: ['x', 'filter'] }, (dy, [x, filter], { dilations, ...attributes }) => {
    if ([dilations].flat().some((n) => n !== 1)) throw new RangeError(`dilations must be 1, got ${String(dilations)}`);
    const [inputShape, filterShape] = [requireSaved(x).shape, requireSaved(filter).shape];
    return {
      x: () => run('Conv2DBackpropInput', { dy, filter: requireSaved(filter) }, { ...attributes, inputShape }),
      filter: () => run('Conv2DBackpropFilter', { x: requireSaved(x), dy }, { ...attributes, filterShape }),
    };
  });
  registerGradient('MaxPool', { inputs: ['x'], output: true }, (dy, [x, y], attributes) => ({
    x: () => run('MaxPoolGrad', { dy, input: requireSaved(x), output: requireSaved(y) }, { ...attributes }),
  }));
  registerUnaryGradient('AvgPool', 'input', (dy, x, attributes) => {
    // tfjs 4.22: with padding, webgpu and wasm divide by the whole window, but the forward kernel by its part inside the image.
    if (attributes.pad !== 'valid') throw new RangeError(`pad must be valid, got ${String(attributes.pad)}`);
    return run('AvgPoolGrad', { dy, input: x }, { ...attributes });
  });
}

function run(kernelName: string, inputs: tf.NamedTensorMap, attributes: object): tf.Tensor {
  // These kernels have one output and the attributes of their forward kernel.
  return tf.engine().runKernel<tf.Tensor>(kernelName, inputs, attributes as tf.NamedAttrMap);
}
