import * as tf from '@tensorflow/tfjs-core';
import { maskOf } from '../networks/mask-of.js';

// The build of tfjs-core that Node loads has no gradients. These are the ones of the kernels that networks and losses use; a
// kernel that is missing here fails by name when it is differentiated. A rule never gives back `dy` itself: tfjs disposes it.

/** dL/dx by the name of every input, from dL/dy and what was saved; made only for the inputs that are asked for. */
type Rule = (dy: tf.Tensor, saved: readonly tf.Tensor[], attributes: Attributes) => Record<string, () => tf.Tensor>;

/** The attributes that the rules read; tfjs has them untyped. */
interface Attributes {
  readonly axis: number | number[];
  readonly begin: number[];
  readonly dims: number[];
  readonly paddings: [number, number][];
  readonly perm: number[];
  readonly reps: number[];
  readonly size: number[];
  readonly alpha: number;
  readonly dilations: number | [number, number];
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** What a rule gets in `saved`, in this order. */
interface Saving {
  readonly inputs?: readonly string[];
  /** The output, after the inputs. */
  readonly output?: boolean;
  /** Every one of a list of inputs. */
  readonly all?: boolean;
}

/** Teaches TensorFlow.js to differentiate, on every backend. May be called again. */
export function registerKernelGradients(): void {
  registerUnary();
  registerBinary();
  registerReductions();
  registerMoves();
  registerProducts();
}

function register(kernelName: string, saving: Saving, rule: Rule): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: [...(saving.inputs ?? [])],
    outputsToSave: [saving.output ?? false],
    saveAllInputs: saving.all ?? false,
    // Border: a rule knows its kernel's attributes, and only `SplitV` and `Unpack` have more than one dy.
    gradFunc: (dy, saved, attributes) => rule(dy as tf.Tensor, saved, attributes as unknown as Attributes),
  });
}

/** A kernel of one input `x` whose derivative follows from that input or from the output. */
function unary(
  kernelName: string,
  saved: 'input' | 'output',
  rule: (dy: tf.Tensor, value: tf.Tensor, attributes: Attributes) => tf.Tensor,
): void {
  const saving = saved === 'input' ? { inputs: ['x'] } : { output: true };
  register(kernelName, saving, (dy, [value], attributes) => ({ x: () => rule(dy, there(value), attributes) }));
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
    x: () => tf.mul(dy, maskOf(tf.equal(there(x), there(y)))),
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
  const where = (mask: tf.Tensor, dy: tf.Tensor): tf.Tensor => tf.mul(dy, maskOf(mask));
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
  /** dy with the reduced axes back at length 1, and their numbers. */
  const expanded = (dy: tf.Tensor, x: tf.Tensor, { axis }: Attributes): { kept: tf.Tensor; axes: number[] } => {
    const axes = tf.util.parseAxisParam(axis, x.shape);
    return {
      kept: tf.reshape(
        dy,
        tf.backend_util.expandShapeToKeepDim(tf.backend_util.computeOutAndReduceShapes(x.shape, axes)[0], axes),
      ),
      axes,
    };
  };
  unary('Sum', 'input', (dy, x, attributes) => tf.mul(expanded(dy, x, attributes).kept, tf.fill(x.shape, 1)));
  unary('Mean', 'input', (dy, x, attributes) => {
    const { kept, axes } = expanded(dy, x, attributes);
    const count = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
    return tf.mul(kept, tf.fill(x.shape, 1 / count));
  });
  for (const extreme of ['Max', 'Min']) {
    // Equal extremes share the gradient.
    register(extreme, { inputs: ['x'], output: true }, (dy, [savedX, y], attributes) => ({
      x: () => {
        const x = there(savedX);
        const { kept, axes } = expanded(dy, x, attributes);
        const isExtreme = maskOf(tf.equal(x, tf.reshape(there(y), kept.shape)));
        return tf.mul(isExtreme, tf.div(kept, tf.sum(isExtreme, axes, true)));
      },
    }));
  }
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
  unary('AvgPool', 'input', (dy, x, attributes) => run('AvgPoolGrad', { dy, input: x }, { ...attributes }));
}

function run(kernelName: string, inputs: tf.NamedTensorMap, attributes: object): tf.Tensor {
  // Border: these kernels have one output, and the attributes that their forward kernel had.
  return tf.engine().runKernel<tf.Tensor>(kernelName, inputs, attributes as tf.NamedAttrMap);
}

/** dy summed over the axes along which a tensor of the shape was repeated. */
function sumTo(dy: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, shape);
}

function byIndex(
  saved: readonly tf.Tensor[],
  gradient: (part: tf.Tensor, index: number) => tf.Tensor,
): Record<string, () => tf.Tensor> {
  return Object.fromEntries(saved.map((part, index) => [String(index), () => gradient(part, index)]));
}

function there(tensor: tf.Tensor | undefined): tf.Tensor {
  if (!tensor) throw new TypeError('a tensor that the gradient reads was not saved');
  return tensor;
}
