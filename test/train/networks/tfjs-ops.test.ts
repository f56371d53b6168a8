import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { openBackend } from '../../../src/train/backends/open-backend.js';
import type { Backend } from '../../../src/train/backends/backend.js';
import type { Weights } from '../../../src/train/networks/ops.js';
import { TfjsOps } from '../../../src/train/networks/tfjs-ops.js';
import { sizeOf, traceNetwork } from '../../../src/train/networks/trace.js';
import { presentBackends } from '../../support/backends.js';
import { ReferenceOps, type NhwcArray } from '../../support/reference-ops.js';
import { OPERATOR_CASES, type OperatorCase } from './operator-cases.js';

/** Step of a directional derivative in double precision. */
const STEP = 1e-5;

describe.each(await presentBackends())('networks in TensorFlow.js on %s', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openBackend(name);
  });
  afterAll(() => backend.close());

  it.each(OPERATOR_CASES)('$title: shape, values and gradients', async (operator) => {
    const random = new Random(7);
    const [batch, height, width, channels] = operator.input;
    const trace = traceNetwork((ops, x) => ({ y: operator.run(ops, x) }), [height, width, channels]);
    const x = numbers(random, sizeOf(operator.input), operator.range);
    const weights = new Map(trace.parameters.map(({ name, shape }) => [name, numbers(random, sizeOf(shape))]));
    const shapes = new Map(trace.parameters.map(({ name, shape }) => [name, shape]));

    const expected = reference(operator, x, weights);
    const y = tf.tidy(() => operator.run(new TfjsOps(tensorsOf(weights, shapes)), tf.tensor(x, [...operator.input])));
    expect(y.shape).toEqual([batch, ...trace.outputs.y!]);
    expect(largestDifference(await numbersOf(y), expected)).toBeLessThan(1e-5);

    const tangent = numbers(random, expected.length);
    const gradients = await gradientsOf(operator, { x, weights, shapes, tangent });
    expect([...gradients.keys()]).toEqual(['x', ...weights.keys()]);
    for (const [name, gradient] of gradients) {
      for (let direction = 0; direction < 3; direction++) {
        const d = numbers(random, gradient.length);
        const loss = (step: number): number => {
          const moved = (values: Float32Array): Float64Array => Float64Array.from(values, (v, i) => v + step * d[i]!);
          const at = new Map<string, ArrayLike<number>>(weights);
          if (name !== 'x') at.set(name, moved(weights.get(name)!));
          return dot(reference(operator, name === 'x' ? moved(x) : x, at), tangent);
        };
        const slope = (loss(STEP) - loss(-STEP)) / (2 * STEP);
        const scale = Math.hypot(...gradient) * Math.hypot(...d);
        expect(Math.abs(dot(gradient, d) - slope), `${name} along direction ${direction}`).toBeLessThan(1e-4 * scale);
      }
    }
  });

  it('leaks no tensors and disposes no parameter', () => {
    const kernel = tf.ones([3, 3, 2, 4]);
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const ops = new TfjsOps(new Map([['c/kernel', kernel]]));
      const network = (x: tf.Tensor): tf.Tensor => {
        const y = ops.conv(x, { name: 'c', filters: 4, size: 3, bias: false, padding: 'reflect' });
        return ops.globalMax(ops.boxBlur(ops.resizeBilinear(ops.instanceNorm(y), 12, 12), 3));
      };
      tf.grad((x) => tf.sum(network(x)))(tf.ones([1, 6, 6, 2]));
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(kernel.isDisposed).toBe(false);
    kernel.dispose();
  });

  it('shares the gradient between equal maxima', async () => {
    const x = tf.tensor([3, 1, 3, 2], [1, 2, 2, 1]);
    const gradient = tf.tidy(() => tf.grad((image) => tf.sum(new TfjsOps(new Map()).globalMax(image)))(x));
    expect([...(await numbersOf(gradient))]).toEqual([0.5, 0, 0.5, 0]);
    x.dispose();
  });

  it('has a finite gradient of the square root at 0', async () => {
    const x = tf.tensor([0, 4], [1, 1, 1, 2]);
    const gradient = await numbersOf(tf.tidy(() => tf.grad((image) => tf.sum(new TfjsOps(new Map()).sqrt(image)))(x)));
    expect(gradient[0]).toBeCloseTo(500, 3);
    expect(gradient[1]).toBeCloseTo(0.25, 6);
    x.dispose();
  });

  it('is deterministic where it claims to be', async () => {
    if (!backend.isDeterministic) {
      console.warn(`SKIPPED: ${backend.device} does not claim to be deterministic`);
      return;
    }
    const operator: OperatorCase = {
      title: 'a small network',
      input: [2, 24, 32, 8],
      run: (ops, x) => {
        const y = ops.leakyRelu(ops.instanceNorm(ops.conv(x, { name: 'a', filters: 16, size: 3, stride: 2 })), 0.1);
        return ops.resizeBilinear(ops.conv(y, { name: 'b', filters: 8, size: 3, padding: 'reflect' }), 24, 32);
      },
    };
    const random = new Random(3);
    const { parameters } = traceNetwork((ops, x) => ({ y: operator.run(ops, x) }), [24, 32, 8]);
    const at = {
      x: numbers(random, sizeOf(operator.input)),
      weights: new Map(parameters.map(({ name, shape }) => [name, numbers(random, sizeOf(shape))])),
      shapes: new Map(parameters.map(({ name, shape }) => [name, shape])),
      tangent: numbers(random, sizeOf(operator.input)),
    };
    const first = await gradientsOf(operator, at);
    for (let run = 0; run < 3; run++) expect(await gradientsOf(operator, at)).toEqual(first);
  });

  it('rejects a parameter that is missing or has another shape', () => {
    const ops = new TfjsOps(new Map([['d/kernel', tf.zeros([3, 2])]]));
    expect(() => ops.conv(tf.zeros([1, 4, 4, 2]), { name: 'c', filters: 1, size: 3 })).toThrow('must hold c/kernel');
    expect(() => ops.dense(tf.zeros([1, 4]), { name: 'd', units: 2 })).toThrow(
      'must have the shape [4, 2], got [3, 2]',
    );
  });

  it('rejects invalid shapes', () => {
    const ops = new TfjsOps(new Map());
    expect(() => ops.averagePool(tf.zeros([1, 5, 4, 1]), 2)).toThrow('size must divide 5 and 4, got 2');
    expect(() => ops.boxBlur(tf.zeros([1, 5, 4, 1]), 2)).toThrow('size must be odd, got 2');
    expect(() => ops.expandSpatial(tf.zeros([1, 2, 3, 1]))).toThrow('must have the shape [N, C], got [1, 2, 3, 1]');
  });
});

function reference(operator: OperatorCase, x: ArrayLike<number>, weights: ReadonlyMap<string, ArrayLike<number>>) {
  // The reference accepts weights of any precision.
  const ops = new ReferenceOps(weights as Weights);
  return operator.run<NhwcArray>(ops, { shape: operator.input, data: Float64Array.from(x) }).data;
}

function tensorsOf(weights: Weights, shapes: ReadonlyMap<string, readonly number[]>): Map<string, tf.Tensor> {
  return new Map([...weights].map(([name, values]) => [name, tf.tensor(values, [...shapes.get(name)!])]));
}

/** Gradients of sum(y * tangent), by `x` and by each weight. */
async function gradientsOf(
  operator: OperatorCase,
  at: {
    readonly x: Float32Array;
    readonly weights: Weights;
    readonly shapes: ReadonlyMap<string, readonly number[]>;
    readonly tangent: Float32Array;
  },
): Promise<Map<string, Float32Array>> {
  const names = [...at.weights.keys()];
  const gradients = tf.tidy(() => {
    const loss = (x: tf.Tensor, ...values: tf.Tensor[]): tf.Scalar => {
      const y = operator.run(new TfjsOps(new Map(names.map((name, i) => [name, values[i]!]))), x);
      return tf.sum(tf.mul(y, tf.tensor(at.tangent, y.shape)));
    };
    const inputs = [tf.tensor(at.x, [...operator.input]), ...tensorsOf(at.weights, at.shapes).values()];
    return tf.grads(loss)(inputs);
  });
  const numbersByName = new Map<string, Float32Array>();
  for (const [i, name] of ['x', ...names].entries()) numbersByName.set(name, await numbersOf(gradients[i]!));
  return numbersByName;
}

/** Takes the tensor. */
async function numbersOf(tensor: tf.Tensor): Promise<Float32Array> {
  const values = await tensor.data<'float32'>();
  tensor.dispose();
  return values;
}

function numbers(random: Random, count: number, [low, high]: readonly [number, number] = [-1, 1]): Float32Array {
  return Float32Array.from({ length: count }, () => low + (high - low) * random.next());
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((total, value, i) => total + value * b[i]!, 0);
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}
