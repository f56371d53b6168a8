import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { Random } from '../../src/core/random.js';
import type { ParameterSpec, Weights } from '../../src/train/networks/ops.js';
import { ParameterVector, readVector } from '../../src/train/parameter-vector.js';
import { useBackend } from './use-backend.js';

const parameters: ParameterSpec[] = [
  { name: 'a/kernel', shape: [3, 3, 2, 50], init: { kind: 'he' } },
  { name: 'a/bias', shape: [50], init: { kind: 'constant', value: 0.5 } },
  { name: 'b/kernel', shape: [1, 1, 50, 40], init: { kind: 'normal', stddev: 0.02 } },
  { name: 'start', shape: [1, 2, 2], init: { kind: 'values', values: Float32Array.of(1, 2, 3, 4) } },
];

beforeAll(useBackend);

async function weightsOf(vector: ParameterVector): Promise<Weights> {
  return vector.namedViews(await readVector(vector.flat));
}

describe('ParameterVector', () => {
  it('initialises each parameter by its initialiser', () => {
    const vector = new ParameterVector(parameters, new Random(1));
    const { mean, variance } = tf.moments(vector.tensors.get('a/kernel')!);
    expect(mean.dataSync()[0]).toBeCloseTo(0, 1);
    expect(Math.sqrt(variance.dataSync()[0]!)).toBeCloseTo(Math.sqrt(2 / 18), 1);
    const b = tf.moments(vector.tensors.get('b/kernel')!);
    expect(Math.sqrt(b.variance.dataSync()[0]!) / 0.02).toBeCloseTo(1, 1);
    expect(new Set(vector.tensors.get('a/bias')!.dataSync())).toEqual(new Set([0.5]));
    expect(vector.tensors.get('start')!.arraySync()).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    vector.close();
  });

  it('initialises equally from the same seed', () => {
    const flats = [7, 7, 8].map((seed) => new ParameterVector(parameters, new Random(seed)).flat.dataSync());
    expect(flats[0]).toEqual(flats[1]);
    expect(flats[0]).not.toEqual(flats[2]);
  });

  it('splits a new vector into the parameters and disposes the former ones', () => {
    const vector = new ParameterVector(parameters, new Random(1));
    const former = [vector.flat, ...vector.tensors.values()];
    const count = tf.memory().numTensors;
    vector.replace(tf.range(0, vector.size));
    expect(vector.tensors.get('a/bias')!.dataSync()[0]).toBe(900);
    expect([...vector.tensors.get('start')!.dataSync()]).toEqual([2950, 2951, 2952, 2953]);
    expect(former.every((tensor) => tensor.isDisposed)).toBe(true);
    expect(tf.memory().numTensors).toBe(count);
  });

  it('disposes all tensors when closed, even twice', () => {
    const count = tf.memory().numTensors;
    const vector = new ParameterVector(parameters, new Random(1));
    vector.close();
    vector.close();
    expect(tf.memory().numTensors).toBe(count);
  });

  it('returns loaded weights bit for bit, as copies', async () => {
    const [one, other] = [1, 2].map((seed) => new ParameterVector(parameters, new Random(seed)));
    const weights = await weightsOf(one!);
    other!.load(weights);
    expect(await weightsOf(other!)).toEqual(weights);
    weights.get('a/bias')![0] = 9;
    expect((await weightsOf(one!)).get('a/bias')![0]).toBe(0.5);
    expect((await weightsOf(other!)).get('a/bias')![0]).toBe(0.5);
  });

  it('rejects weights that are missing or of another size', async () => {
    const vector = new ParameterVector(parameters, new Random(1));
    const weights = new Map(await weightsOf(vector));
    weights.set('a/bias', new Float32Array(49));
    expect(() => vector.load(weights)).toThrow('weights must hold 50 numbers for a/bias, got 49');
    weights.delete('a/bias');
    expect(() => vector.load(weights)).toThrow('weights must hold 50 numbers for a/bias, got none');
    expect(() => vector.replace(tf.zeros([3]))).toThrow('a vector must hold 2954 numbers, got 3');
  });

  it('rejects gradients in another order', () => {
    const vector = new ParameterVector(parameters, new Random(1));
    const gradients = [...vector.tensors.values()];
    expect(() => vector.flatten(gradients.slice(1))).toThrow('tensors must hold [3, 3, 2, 50] for a/kernel, got [50]');
    expect(() => vector.flatten(gradients.slice(0, 3))).toThrow('for start, got none');
    expect(() => vector.flatten([...gradients, tf.scalar(1)])).toThrow('tensors must be 4, got 5');
    expect(vector.flatten(gradients).dataSync()).toEqual(vector.flat.dataSync());
  });

  it('expands scales by prefix, the longest first', () => {
    const vector = new ParameterVector(parameters, new Random(1));
    const factors = vector.namedViews(vector.scalesByPrefix({ a: 0.5, 'a/b': 0.25, start: 2 }));
    expect([...factors].map(([name, values]) => [name, [...new Set(values)]])).toEqual([
      ['a/kernel', [0.5]],
      ['a/bias', [0.25]],
      ['b/kernel', [1]],
      ['start', [2]],
    ]);
    expect(() => vector.scalesByPrefix({ c: 1 })).toThrow('a prefix must match the name of a parameter, got c');
  });
});
