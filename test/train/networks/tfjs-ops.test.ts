import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { openBackend } from '../../../src/train/backends/open-backend.js';
import type { Backend } from '../../../src/train/backends/backend.js';
import type { Weights } from '../../../src/train/networks/ops.js';
import { TfjsOps } from '../../../src/train/networks/tfjs-ops.js';
import { sizeOf, traceNetwork } from '../../../src/train/networks/trace.js';
import { ReferenceOps, type Picture } from '../../support/reference-ops.js';
import { OPERATOR_CASES, type OperatorCase } from './operator-cases.js';

/** Of a directional derivative in double precision. */
const STEP = 1e-5;

describe('networks in TensorFlow.js', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openBackend('wasm');
  });
  afterAll(() => backend.close());

  it.each(OPERATOR_CASES)('$title: shape, values and gradients', (operator) => {
    const random = new Random(7);
    const [batch, height, width, channels] = operator.input;
    const trace = traceNetwork((ops, x) => ({ y: operator.run(ops, x) }), [height, width, channels]);
    const x = numbers(random, sizeOf(operator.input), operator.range);
    const weights = new Map(trace.parameters.map(({ name, shape }) => [name, numbers(random, sizeOf(shape))]));
    const shapes = new Map(trace.parameters.map(({ name, shape }) => [name, shape]));

    const wanted = reference(operator, x, weights);
    const got = tf.tidy(() => {
      const y = operator.run(new TfjsOps(tensorsOf(weights, shapes)), tf.tensor(x, [...operator.input]));
      return { shape: y.shape, data: y.dataSync<'float32'>() };
    });
    expect(got.shape).toEqual([batch, ...trace.outputs.y!]);
    expect(largestDifference(got.data, wanted)).toBeLessThan(1e-5);

    const tangent = numbers(random, wanted.length);
    const gradients = gradientsOf(operator, { x, weights, shapes, tangent });
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

  it('leaves no tensor behind and disposes no parameter', () => {
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

  it('shares the gradient between equal maxima', () => {
    const gradient = tf.tidy(() =>
      tf
        .grad((x) => tf.sum(new TfjsOps(new Map()).globalMax(x)))(tf.tensor([3, 1, 3, 2], [1, 2, 2, 1]))
        .dataSync(),
    );
    expect([...gradient]).toEqual([0.5, 0, 0.5, 0]);
  });

  it('has a finite gradient for the square root of 0', () => {
    const gradient = tf.tidy(() =>
      tf
        .grad((x) => tf.sum(new TfjsOps(new Map()).sqrt(x)))(tf.tensor([0, 4], [1, 1, 1, 2]))
        .dataSync(),
    );
    expect(gradient[0]).toBeCloseTo(500, 3);
    expect(gradient[1]).toBeCloseTo(0.25, 6);
  });

  it('tells of a parameter that is absent or has another shape', () => {
    const ops = new TfjsOps(new Map([['d/kernel', tf.zeros([3, 2])]]));
    expect(() => ops.conv(tf.zeros([1, 4, 4, 2]), { name: 'c', filters: 1, size: 3 })).toThrow('must hold c/kernel');
    expect(() => ops.dense(tf.zeros([1, 4]), { name: 'd', units: 2 })).toThrow(
      'must have the shape [4, 2], got [3, 2]',
    );
  });

  it('refuses shapes that it cannot do', () => {
    const ops = new TfjsOps(new Map());
    expect(() => ops.averagePool(tf.zeros([1, 5, 4, 1]), 2)).toThrow('size must divide 5 and 4, got 2');
    expect(() => ops.boxBlur(tf.zeros([1, 5, 4, 1]), 2)).toThrow('size must be odd, got 2');
    expect(() => ops.toCells(tf.zeros([1, 2, 3, 1]))).toThrow('must have the shape [N, C], got [1, 2, 3, 1]');
  });
});

function reference(operator: OperatorCase, x: ArrayLike<number>, weights: ReadonlyMap<string, ArrayLike<number>>) {
  // The reference reads its weights as numbers, whatever their precision.
  const ops = new ReferenceOps(weights as Weights);
  return operator.run<Picture>(ops, { shape: operator.input, data: Float64Array.from(x) }).data;
}

function tensorsOf(weights: Weights, shapes: ReadonlyMap<string, readonly number[]>): Map<string, tf.Tensor> {
  return new Map([...weights].map(([name, values]) => [name, tf.tensor(values, [...shapes.get(name)!])]));
}

function gradientsOf(
  operator: OperatorCase,
  at: {
    readonly x: Float32Array;
    readonly weights: Weights;
    readonly shapes: ReadonlyMap<string, readonly number[]>;
    readonly tangent: Float32Array;
  },
): Map<string, Float32Array> {
  const names = [...at.weights.keys()];
  return withoutTensors(() => {
    const parameters = tensorsOf(at.weights, at.shapes);
    const loss = (x: tf.Tensor, ...values: tf.Tensor[]): tf.Scalar => {
      const y = operator.run(new TfjsOps(new Map(names.map((name, i) => [name, values[i]!]))), x);
      return tf.sum(tf.mul(y, tf.tensor(at.tangent, y.shape)));
    };
    const inputs = [tf.tensor(at.x, [...operator.input]), ...names.map((name) => parameters.get(name)!)];
    const gradients = tf.grads(loss)(inputs);
    return new Map(['x', ...names].map((name, i) => [name, gradients[i]!.dataSync<'float32'>()]));
  });
}

/** What `compute` gives, which holds no tensor; those it made are disposed. */
function withoutTensors<R>(compute: () => R): R {
  const results: R[] = [];
  tf.tidy(() => void results.push(compute()));
  return results[0]!;
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
