import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import type { Backend } from '../../../src/train/backends/backend.js';
import { openBackend } from '../../../src/train/backends/open-backend.js';
import { presentBackends } from '../../support/backends.js';

/** Step of a directional derivative in single precision. */
const STEP = 1e-2;

interface KernelCase {
  readonly title: string;
  readonly shapes: readonly number[][];
  /** Default -1 to 1. */
  readonly range?: readonly [low: number, high: number];
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor;
}

const nhwc = (x: tf.Tensor): tf.Tensor4D => x as tf.Tensor4D;
const one = (title: string, run: (x: tf.Tensor) => tf.Tensor, range?: KernelCase['range']): KernelCase => ({
  title,
  shapes: [[2, 3, 4, 2]],
  run: (x) => run(x),
  ...(range ? { range } : {}),
});
const two = (title: string, a: number[], b: number[], run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): KernelCase => ({
  title,
  shapes: [a, b],
  run: (x, y) => run(x, y),
});

const CASES: readonly KernelCase[] = [
  one('abs', (x) => tf.abs(x), [0.1, 1]),
  one('log', (x) => tf.log(x), [0.5, 2]),
  one('rsqrt', (x) => tf.rsqrt(x), [0.5, 2]),
  one('sqrt', (x) => tf.sqrt(x), [0.5, 2]),
  one('square and neg', (x) => tf.neg(tf.square(x))),
  one('softplus', (x) => tf.softplus(x)),
  one('leakyRelu', (x) => tf.add(tf.leakyRelu(x, 0.3), tf.leakyRelu(tf.neg(x), 0.1)), [0.1, 1]),
  one('a mask by comparison', (x) => tf.mul(tf.cast(tf.greater(x, 0), 'float32'), tf.add(x, 1)), [0.1, 1]),
  one('where', (x) => tf.where(tf.less(x, 0.5), tf.square(x), tf.mul(x, 3)), [0.6, 1]),
  one('sum of some axes, kept', (x) => tf.sum(x, [0, 2], true)),
  one('sum of the last axis', (x) => tf.sum(tf.square(x), -1)),
  one('mean of everything', (x) => tf.mean(tf.square(x))),
  one('mean of an axis', (x) => tf.mean(tf.square(x), 1)),
  one('a sum of a cast mask', (x) => tf.mul(x, tf.sum(tf.cast(tf.greater(x, 0), 'float32'), 1, true)), [0.1, 1]),
  one('reshape, transpose and expandDims', (x) =>
    tf.square(tf.expandDims(tf.transpose(tf.reshape(x, [4, 3, 4]), [2, 0, 1]), 1)),
  ),
  one('slice to the end', (x) => tf.square(tf.slice(x, [0, 1, 1], [-1, 2, -1]))),
  one('slice of the first axis', (x) => tf.square(tf.slice(x, 1, 1))),
  one('pad', (x) => tf.square(tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]], 0.5))), // prettier-ignore
  one('tile', (x) => tf.mul(tf.tile(x, [1, 2, 3, 1]), tf.tile(tf.square(x), [1, 2, 3, 1]))),
  one('reverse', (x) => tf.mul(x, tf.reverse(x, [1, 3]))),
  one('split with unused parts', (x) => tf.square(tf.split(x, 4, 2)[1]!)),
  one('unstack and stack', (x) => {
    const [a, b, c] = tf.unstack(x, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return tf.stack([tf.mul(a, b), tf.square(c)], 2);
  }),
  one('concat of the first axis', (x) => tf.square(tf.concat([x, tf.mul(x, 2)], 0))),
  one('addN of one tensor', (x) => tf.addN([x, tf.square(x), x])),
  one('avgPool with overlap', (x) => tf.avgPool(nhwc(x), [2, 3], 1, 'valid')),
  one('maxPool with overlap', (x) => tf.maxPool(nhwc(x), [2, 3], 1, 'same')),
  two('sub of a vector', [2, 3, 4], [4], (a, b) => tf.sub(a, b)),
  two('multiplication by one number per image', [2, 3, 4, 2], [2, 1, 1, 1], (a, b) => tf.mul(a, b)),
  two('division', [2, 3], [2, 1], (a, b) => tf.div(a, tf.add(b, 3))),
  two('division of a scalar', [], [3, 2], (a, b) => tf.div(a, tf.add(b, 3))),
  two('maximum and minimum', [2, 3], [2, 3], (a, b) =>
    tf.sub(tf.maximum(a, tf.add(b, 3)), tf.minimum(tf.sub(a, 3), b)),
  ),
  two('squaredDifference', [2, 3, 2], [3, 2], (a, b) => tf.squaredDifference(a, b)),
  two('matMul', [3, 4], [4, 2], (a, b) => tf.matMul(a, b)),
  two('matMul, first transposed', [4, 3], [4, 2], (a, b) => tf.matMul(a, b, true)),
  two('matMul, second transposed', [3, 4], [2, 4], (a, b) => tf.matMul(a, b, false, true)),
  two('matMul, both transposed', [4, 3], [2, 4], (a, b) => tf.matMul(a, b, true, true)),
  two('matMul of a batch by one matrix', [5, 3, 4], [1, 4, 2], (a, b) => tf.matMul(a, b)),
  two('conv2d of stride 2, same', [2, 7, 8, 3], [3, 3, 3, 4], (x, k) => tf.conv2d(nhwc(x), nhwc(k), 2, 'same')),
  two('conv2d of stride 3 with rows left over', [1, 9, 10, 2], [2, 2, 2, 3], (x, k) =>
    tf.conv2d(nhwc(x), nhwc(k), 3, 'valid'),
  ),
  two('conv2d with different strides', [1, 6, 9, 2], [3, 2, 2, 3], (x, k) =>
    tf.conv2d(nhwc(x), nhwc(k), [1, 2], 'same'),
  ),
];

describe.each(await presentBackends())('gradients of kernels on %s', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openBackend(name);
  });
  afterAll(() => backend.close());

  it.each(CASES)('$title equals finite differences', async ({ shapes, range: [low, high] = [-1, 1], run }) => {
    const random = new Random(11);
    const values = shapes.map((shape) =>
      Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => random.between(low, high)),
    );
    const evaluate = (at: readonly Float32Array[]): Promise<Float32Array> =>
      numbersOf(tf.tidy(() => run(...at.map((numbers, i) => tf.tensor(numbers, [...shapes[i]!])))));
    const tangent = Float32Array.from(await evaluate(values), () => random.between(-1, 1));
    const gradients = tf.tidy(() => {
      const loss = (...inputs: tf.Tensor[]): tf.Tensor => {
        const y = run(...inputs);
        return tf.sum(tf.mul(y, tf.tensor(tangent, y.shape)));
      };
      return tf.grads(loss)(values.map((numbers, i) => tf.tensor(numbers, [...shapes[i]!])));
    });
    for (const [i, tensor] of gradients.entries()) {
      const gradient = await numbersOf(tensor);
      for (let direction = 0; direction < 2; direction++) {
        const d = gradient.map(() => random.between(-1, 1));
        const loss = async (step: number): Promise<number> => {
          const moved = values.with(
            i,
            values[i]!.map((value, j) => value + step * d[j]!),
          );
          return dot(await evaluate(moved), tangent);
        };
        const slope = ((await loss(STEP)) - (await loss(-STEP))) / (2 * STEP);
        const scale = Math.hypot(...gradient) * Math.hypot(...d);
        expect(Math.abs(dot(gradient, d) - slope), `input ${i}, direction ${direction}`).toBeLessThan(2e-3 * scale);
      }
    }
  });

  it('passes the gradient of a maximum to its position', async () => {
    const x = tf.tensor([-3, -1, -2, -4, -5, -6], [2, 3]);
    const gradient = tf.tidy(() => tf.grad((v) => tf.sum(tf.sub(tf.max(v, 1), tf.mul(tf.min(v, 1), 2))))(x));
    expect([...(await numbersOf(gradient))]).toEqual([-2, 1, 0, 1, 0, -2]);
    x.dispose();
  });

  it('rejects the gradient of average pooling with padding', () => {
    const gradient = tf.grad((x) => tf.avgPool(nhwc(x), 3, 1, 'same'));
    expect(() => tf.tidy(() => gradient(tf.ones([1, 4, 4, 1])))).toThrow('pad must be valid, got same');
  });

  it('does not compute the gradient of a frozen kernel', () => {
    const [x, kernel] = [tf.ones<tf.Rank.R4>([1, 4, 4, 2]), tf.ones<tf.Rank.R4>([3, 3, 2, 2])];
    const ran: string[] = [];
    const engine = tf.engine();
    const runKernel = engine.runKernel.bind(engine);
    engine.runKernel = (name, ...rest) => {
      ran.push(name);
      return runKernel(name, ...rest);
    };
    try {
      tf.tidy(() => tf.grad((v) => tf.sum(tf.conv2d(nhwc(v), kernel, 1, 'same')))(x));
    } finally {
      engine.runKernel = runKernel;
    }
    expect(ran).toContain('Conv2DBackpropInput');
    expect(ran).not.toContain('Conv2DBackpropFilter');
    tf.dispose([x, kernel]);
  });
});

async function numbersOf(tensor: tf.Tensor): Promise<Float32Array> {
  const values = await tensor.data<'float32'>();
  tensor.dispose();
  return Float32Array.from(values);
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((total, value, i) => total + value * b[i]!, 0);
}
