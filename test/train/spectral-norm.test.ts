import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { Random } from '../../src/core/random.js';
import type { ParameterSpec } from '../../src/train/networks/ops.js';
import { SpectralState, spectrallyNormalised } from '../../src/train/spectral-norm.js';
import { useCpuBackend } from './cpu-backend.js';

const zero = { kind: 'constant', value: 0 } as const;
const parameters: ParameterSpec[] = [
  { name: 'a/kernel', shape: [1, 1, 3, 2], init: zero },
  { name: 'a/bias', shape: [2], init: zero },
];
// Columns at right angles: the singular values are their lengths, 5 and 1.
const weights = new Map<string, tf.Tensor>();

beforeAll(async () => {
  await useCpuBackend();
  weights.set('a/kernel', tf.tensor4d([3, 0, 4, 0, 0, 1], [1, 1, 3, 2]));
  weights.set('a/bias', tf.tensor1d([7, 8]));
});

describe('spectral norm', () => {
  it('divides a kernel by its largest singular value and leaves the bias', () => {
    const state = SpectralState.create(parameters, new Random(3));
    for (let i = 0; i < 10; i++) state.advance(weights);
    const normalised = spectrallyNormalised(weights, state);
    const expected = [0.6, 0, 0.8, 0, 0, 0.2];
    normalised
      .get('a/kernel')!
      .dataSync()
      .forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 5));
    expect(normalised.get('a/kernel')!.shape).toEqual([1, 1, 3, 2]);
    expect(normalised.get('a/bias')).toBe(weights.get('a/bias'));
  });

  it('keeps as many tensors after an iteration as before it, and none when closed', () => {
    const none = tf.memory().numTensors;
    const state = SpectralState.create(parameters, new Random(3));
    const count = tf.memory().numTensors;
    state.advance(weights);
    expect(tf.memory().numTensors).toBe(count);
    state.close();
    expect(tf.memory().numTensors).toBe(none);
  });

  it('goes on from a saved state, bit by bit', async () => {
    const [one, other] = [3, 4].map((seed) => SpectralState.create(parameters, new Random(seed)));
    one!.advance(weights);
    const state = await one!.state();
    expect([...state.keys()]).toEqual(['a/kernel/u', 'a/kernel/v']);
    other!.load(state);
    for (const each of [one!, other!]) each.advance(weights);
    expect(await other!.state()).toEqual(await one!.state());
    expect(() => other!.load(new Map())).toThrow('a state must hold 2 numbers for a/kernel/u, got none');
  });

  it('refuses weights without a kernel', () => {
    const state = SpectralState.create(parameters, new Random(3));
    expect(() => state.advance(new Map([['b', tf.scalar(1)]]))).toThrow('weights must hold a/kernel, got b');
  });
});
