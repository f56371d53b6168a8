import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { Random } from '../../src/core/random.js';
import { FlatAdam } from '../../src/train/flat-adam.js';
import { ParameterVector, readVector } from '../../src/train/parameter-vector.js';
import { WeightAverage } from '../../src/train/weight-average.js';
import { useBackend } from './use-backend.js';
import { classicReference, pattern } from './reference/classic.js';

const newVector = (): ParameterVector =>
  new ParameterVector(
    [
      { name: 'a', shape: [2], init: { kind: 'values', values: Float32Array.of(1, -2) } },
      { name: 'start', shape: [1, 1, 1], init: { kind: 'constant', value: 3 } },
    ],
    new Random(1),
  );
const gradientsOf = (step: number): tf.Tensor[] => [
  tf.tensor1d([0.5 * step, -1e-3]),
  tf.tensor3d([2 - step], [1, 1, 1]),
];

/** Algorithm 1 of the paper, for one parameter. */
function published(start: number, gradients: readonly number[], { rate = 2e-4, beta1 = 0.5, beta2 = 0.99 }): number {
  let [weight, m, v] = [start, 0, 0];
  gradients.forEach((g, index) => {
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const [mHat, vHat] = [m / (1 - beta1 ** (index + 1)), v / (1 - beta2 ** (index + 1))];
    weight -= (rate * mHat) / (Math.sqrt(vHat) + 1e-8);
  });
  return weight;
}

beforeAll(useBackend);

describe('FlatAdam', () => {
  it('steps as published, with a learning rate scale for some parameters', () => {
    const vector = newVector();
    const adam = new FlatAdam(vector, { beta1: 0.5, beta2: 0.99, learningRateScales: { start: 0.25 } });
    for (const step of [1, 2, 3]) adam.step(gradientsOf(step), 0.1);
    const [a, b, start] = vector.flat.dataSync();
    expect(a).toBeCloseTo(published(1, [0.5, 1, 1.5], { rate: 0.1 }), 6);
    expect(b).toBeCloseTo(published(-2, [-1e-3, -1e-3, -1e-3], { rate: 0.1 }), 6);
    expect(start).toBeCloseTo(published(3, [1, 0, -1], { rate: 0.025 }), 6);
    expect(adam.steps).toBe(3);
  });

  it('steps as PyTorch does', () => {
    const vector = new ParameterVector(
      [
        { name: 'a', shape: [6], init: { kind: 'values', values: pattern(6, 31) } },
        { name: 'start', shape: [3], init: { kind: 'values', values: pattern(3, 32) } },
      ],
      new Random(1),
    );
    const adam = new FlatAdam(vector, { beta1: 0.5, beta2: 0.99, learningRateScales: { start: 0.25 } });
    classicReference().adam.forEach((expected, step) => {
      adam.step([tf.tensor1d(pattern(6, 33 + step)), tf.tensor1d(pattern(3, 36 + step))], 2e-4);
      vector.flat.dataSync().forEach((value, i) => expect(value, `number ${i}`).toBeCloseTo(expected[i]!, 6));
    });
  });

  it('leaks no tensors in a step', () => {
    const vector = newVector();
    const adam = new FlatAdam(vector, { beta1: 0.5, beta2: 0.99 });
    const gradients = gradientsOf(1);
    const count = tf.memory().numTensors;
    adam.step(gradients, 0.1);
    expect(tf.memory().numTensors).toBe(count);
    // Inside a scope.
    tf.tidy(() => adam.step(gradients, 0.1));
    expect(tf.memory().numTensors).toBe(count);
    expect(vector.tensors.get('a')!.isDisposed).toBe(false);
    adam.step(gradients, 0.1);
  });

  it('resumes from a saved state bit for bit', async () => {
    const run = async (stopsAfter: number): Promise<Float32Array> => {
      let vector = newVector();
      let adam = new FlatAdam(vector, { beta1: 0.5, beta2: 0.99 });
      let average = new WeightAverage(vector, 0.999);
      for (const step of [1, 2, 3, 4, 5]) {
        adam.step(gradientsOf(step), 0.1);
        average.update(step);
        if (step !== stopsAfter) continue;
        const [weights, state, mean] = [await readVector(vector.flat), await adam.state(), await average.read()];
        [vector, adam, average].forEach((part) => part.close());
        vector = newVector();
        vector.load(vector.namedViews(weights));
        adam = new FlatAdam(vector, { beta1: 0.5, beta2: 0.99 });
        adam.load(state);
        average = new WeightAverage(vector, 0.999);
        average.load(mean);
      }
      return Float32Array.of(...vector.flat.dataSync(), ...(await average.read()));
    };
    expect(await run(2)).toEqual(await run(0));
  });

  it('rejects a state of another size', () => {
    const adam = new FlatAdam(newVector(), { beta1: 0.5, beta2: 0.99 });
    const state = { step: 1, mean: new Float32Array(3), square: new Float32Array(2) };
    expect(() => adam.load(state)).toThrow('a state must hold 3 numbers, got 2');
  });
});

describe('WeightAverage', () => {
  it('gives early steps more weight (warm-up)', async () => {
    const vector = newVector();
    const average = new WeightAverage(vector, 0.999);
    vector.replace(tf.tensor1d([5, 2, 3]));
    average.update(10); // a half
    expect([...(await average.read())]).toEqual([3, 0, 3]);
  });

  it('averages the weights with its decay', async () => {
    const vector = newVector();
    const average = new WeightAverage(vector, 0.75);
    const count = tf.memory().numTensors;
    vector.replace(tf.tensor1d([5, 2, 3]));
    average.update(100);
    average.update(101);
    expect(tf.memory().numTensors).toBe(count);
    // 1 -> 2 -> 2.75, -2 -> -1 -> -0.25, 3 stays.
    expect([...(await average.read())]).toEqual([2.75, -0.25, 3]);
    const tensors = average.tensors();
    expect(tensors.get('a')!.arraySync()).toEqual([2.75, -0.25]);
    expect(tensors.get('start')!.shape).toEqual([1, 1, 1]);
    for (const tensor of tensors.values()) tensor.dispose();
    expect(tf.memory().numTensors).toBe(count);
    expect(() => average.load(new Float32Array(2))).toThrow('an average must hold 3 numbers, got 2');
  });
});
