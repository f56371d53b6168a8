import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { Random } from '../../src/core/random.js';
import type { ParameterSpec } from '../../src/train/networks/ops.js';
import { SpectralState, applySpectralNorm } from '../../src/train/spectral-norm.js';
import { useBackend } from './use-backend.js';
import { classicReference, expectDigest, filled, pattern, image } from './reference/classic.js';

const zero = { kind: 'constant', value: 0 } as const;
const parameters: ParameterSpec[] = [
  { name: 'a/kernel', shape: [1, 1, 3, 2], init: zero },
  { name: 'a/bias', shape: [2], init: zero },
];
// Orthogonal columns: the singular values are their norms, 5 and 1.
const weights = new Map<string, tf.Tensor>();

beforeAll(async () => {
  await useBackend();
  weights.set('a/kernel', tf.tensor4d([3, 0, 4, 0, 0, 1], [1, 1, 3, 2]));
  weights.set('a/bias', tf.tensor1d([7, 8]));
});

describe('spectral norm', () => {
  it('divides a kernel by its largest singular value and keeps the bias', () => {
    const state = SpectralState.create(parameters, new Random(3));
    for (let i = 0; i < 10; i++) state.iterate(weights);
    const normalised = applySpectralNorm(weights, state);
    const expected = [0.6, 0, 0.8, 0, 0, 0.2];
    normalised
      .get('a/kernel')!
      .dataSync()
      .forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 5));
    expect(normalised.get('a/kernel')!.shape).toEqual([1, 1, 3, 2]);
    expect(normalised.get('a/bias')).toBe(weights.get('a/bias'));
  });

  it('matches the values and gradients of PyTorch', async () => {
    const expected = classicReference().spectral;
    const specs: ParameterSpec[] = [
      { name: 'conv/kernel', shape: [4, 4, 3, 5], init: zero },
      { name: 'conv/bias', shape: [5], init: zero },
    ];
    const values = filled(specs, 41);
    const [kernel, bias] = specs.map(({ name, shape }) => tf.tensor(values.get(name)!, [...shape]));
    const weight = new Map([['conv/kernel', kernel!]]);
    const state = SpectralState.create(specs, new Random(1));
    // The script normalises u; v follows from it.
    const u = tf.div(tf.tensor1d(pattern(5, 43)), tf.norm(tf.tensor1d(pattern(5, 43))));
    const v = (await state.state()).get('conv/kernel/v')!;
    const start = Float32Array.from(u.dataSync());
    state.load(new Map(Object.entries({ 'conv/kernel/u': start, 'conv/kernel/v': v })));
    for (let i = 0; i < 3; i++) state.iterate(weight);
    (await state.state()).get('conv/kernel/u')!.forEach((x, i) => expect(x).toBeCloseTo(expected.u[i]!, 5));
    expectDigest(applySpectralNorm(weight, state).get('conv/kernel')!, expected.weight, 'the kernel');
    const output = (k: tf.Tensor, b: tf.Tensor): tf.Tensor => {
      const normalised = applySpectralNorm(new Map([['conv/kernel', k]]), state).get('conv/kernel')!;
      return tf.add(tf.conv2d(image([1, 6, 7, 3], 44), normalised as tf.Tensor4D, 1, 'valid'), b);
    };
    expectDigest(output(kernel!, bias!), expected.output, 'the output');
    const gradients = tf.grads((...[k, b]: tf.Tensor[]) =>
      tf.mean(tf.squaredDifference(output(k!, b!), image([1, 3, 4, 5], 45))),
    )([kernel!, bias!]);
    gradients.forEach((gradient, i) => expectDigest(gradient, expected.gradients[i]!, `gradient ${i}`));
  });

  it('leaks no tensors in an iteration, and holds none when closed', () => {
    const none = tf.memory().numTensors;
    const state = SpectralState.create(parameters, new Random(3));
    const count = tf.memory().numTensors;
    state.iterate(weights);
    expect(tf.memory().numTensors).toBe(count);
    state.close();
    expect(tf.memory().numTensors).toBe(none);
  });

  it('resumes from a saved state bit for bit', async () => {
    const [one, other] = [3, 4].map((seed) => SpectralState.create(parameters, new Random(seed)));
    one!.iterate(weights);
    const state = await one!.state();
    expect([...state.keys()]).toEqual(['a/kernel/u', 'a/kernel/v']);
    other!.load(state);
    for (const each of [one!, other!]) each.iterate(weights);
    expect(await other!.state()).toEqual(await one!.state());
    expect(() => other!.load(new Map())).toThrow('a state must hold 2 numbers for a/kernel/u, got none');
  });

  it('rejects weights without a kernel', () => {
    const state = SpectralState.create(parameters, new Random(3));
    expect(() => state.iterate(new Map([['b', tf.scalar(1)]]))).toThrow('weights must hold a/kernel, got b');
  });
});
