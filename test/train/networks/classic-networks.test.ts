import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import type { Network } from '../../../src/train/networks/ops.js';
import { patchDiscriminator } from '../../../src/train/networks/patch-discriminator.js';
import { resnetGenerator } from '../../../src/train/networks/resnet-generator.js';
import { TfjsOps } from '../../../src/train/networks/tfjs-ops.js';
import { sizeOf, traceNetwork } from '../../../src/train/networks/trace.js';
import { unetGenerator } from '../../../src/train/networks/unet-generator.js';
import { useBackend } from '../use-backend.js';
import { classicReference, expectDigest, filled, type NetworkCase, image } from '../reference/classic.js';

const reference = classicReference();

beforeAll(useBackend);

/** Compares outputs and gradients of the script's network_case() in TensorFlow.js to PyTorch's. */
function expectCase(network: Network, [n, h, w, c]: [number, number, number, number], expected: NetworkCase) {
  const { parameters } = traceNetwork(network, [h, w, c]);
  const names = parameters.map(({ name }) => name);
  const weights = filled(parameters, 1);
  const tensors = parameters.map(({ name, shape }) => tf.tensor(weights.get(name)!, [...shape]));
  const run = (x: tf.Tensor, kernels: readonly tf.Tensor[]): tf.Tensor[] =>
    Object.values(network<tf.Tensor>(new TfjsOps(new Map(names.map((name, i) => [name, kernels[i]!]))), x));

  const input = image([n, h, w, c], 50);
  const { value, grads } = tf.valueAndGrads((x: tf.Tensor, ...kernels: tf.Tensor[]) => {
    const losses = run(x, kernels).map((y) =>
      tf.mean(tf.squaredDifference(y, image(y.shape as [number, number, number, number], 7))),
    );
    return tf.div<tf.Scalar>(tf.addN(losses), losses.length);
  })([input, ...tensors]);

  run(input, tensors).forEach((output, i) => expectDigest(output, expected.outputs[i]!, `output ${i}`));
  expect(value.dataSync()[0]! / expected.loss).toBeCloseTo(1, 5);
  expectDigest(grads[0]!, expected.input, 'the gradient of the input', 1e-3);
  expect(names).toHaveLength(expected.parameters.length);
  names.forEach((name, i) => expectDigest(grads[i + 1]!, expected.parameters[i]!, `the gradient of ${name}`, 1e-3));
}

function parameterCount(network: Network, input: readonly [number, number, number]): number {
  return traceNetwork(network, input).parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

describe('resnetGenerator', () => {
  it('has the published number of weights', () => {
    const count = parameterCount(resnetGenerator(), [256, 256, 3]);
    expect(count).toBe(reference.counts.resnet9);
    expect((count / 1e6).toFixed(1)).toBe('11.4');
    expect(traceNetwork(resnetGenerator(), [256, 256, 3]).outputs).toEqual({ image: [256, 256, 3] });
    expect(parameterCount(resnetGenerator({ blocks: 6 }), [128, 128, 3])).toBe(reference.counts.resnet6);
  });

  it('matches PyTorch', () => expectCase(resnetGenerator({ ngf: 4, blocks: 2 }), [2, 16, 20, 3], reference.resnet));
});

describe('unetGenerator', () => {
  it('reduces 256 rows to one cell and restores the size', () => {
    const { outputs, parameters } = traceNetwork(unetGenerator({ ngf: 4 }), [256, 256, 3]);
    expect(outputs).toEqual({ image: [256, 256, 3] });
    expect(parameters.filter(({ name }) => /^down\d\/kernel$/.test(name)).map(({ shape }) => shape[3])).toEqual([
      4, 8, 16, 32, 32, 32, 32, 32,
    ]);
    expect(traceNetwork(unetGenerator({ ngf: 4, downs: 7 }), [144, 256, 3]).outputs).toEqual({
      image: [144, 256, 3],
    });
  });

  it('matches PyTorch, at sizes that are not powers of two', () =>
    expectCase(unetGenerator({ ngf: 2, downs: 3 }), [1, 12, 20, 3], reference.unet));

  it('rejects an image that is too small', () => {
    expect(() => traceNetwork(unetGenerator(), [144, 256, 3])).toThrow(
      'an image must be at least 256 on a side, got 256x144',
    );
    expect(() => unetGenerator({ downs: 1 })).toThrow('downs must be at least 2, got 1');
  });
});

describe('patchDiscriminator', () => {
  it('has the published number of weights and patches', () => {
    const count = parameterCount(patchDiscriminator(), [256, 256, 3]);
    expect(count).toBe(reference.counts.patch);
    expect((count / 1e6).toFixed(2)).toBe('2.76');
    expect(traceNetwork(patchDiscriminator(), [256, 256, 3]).outputs).toEqual({ scale1: [30, 30, 1] });
  });

  it('has a receptive field of 70 x 70', () => {
    const network = patchDiscriminator({ ndf: 1, norm: 'none' });
    const { parameters } = traceNetwork(network, [128, 128, 1]);
    const ops = new TfjsOps(new Map(parameters.map(({ name, shape }) => [name, tf.ones([...shape])])));
    const gradient = tf.grad((x) => {
      const { scale1 } = network<tf.Tensor>(ops, x);
      return tf.slice(scale1!, [0, 7, 7, 0], [1, 1, 1, 1]);
    })(tf.ones([1, 128, 128, 1]));
    const rows = [...tf.max(gradient, [0, 2, 3]).dataSync()];
    expect(rows.filter((value) => value > 0)).toHaveLength(70);
  });

  it('matches PyTorch with instance norm', () =>
    expectCase(patchDiscriminator({ ndf: 4, layers: 2 }), [2, 24, 32, 3], reference.patchInstance));

  it('matches PyTorch without a norm', () => {
    expectCase(patchDiscriminator({ ndf: 2, norm: 'none' }), [1, 32, 40, 3], reference.patchNone);
    expectCase(patchDiscriminator({ ndf: 2, norm: 'spectral' }), [1, 32, 40, 3], reference.patchNone);
  });
});

describe('patchDiscriminator of several scales', () => {
  it('scores the image and its averages, each with weights of its own', () => {
    const network = patchDiscriminator({ ndf: 32, scales: [1, 4] });
    expect(traceNetwork(network, [144, 256, 3]).outputs).toEqual({ scale1: [16, 30, 1], scale4: [2, 6, 1] });
    const single = parameterCount(patchDiscriminator({ ndf: 32 }), [144, 256, 3]);
    expect(parameterCount(network, [144, 256, 3])).toBe(2 * single);
  });

  it('matches PyTorch', () =>
    expectCase(
      patchDiscriminator({ scales: [1, 2], ndf: 3, layers: 1, norm: 'none' }),
      [1, 16, 20, 3],
      reference.multiScale,
    ));

  it('rejects repeated scales', () => {
    expect(() => patchDiscriminator({ scales: [1, 1] })).toThrow(
      'scales must be different numbers, at least one, got [1, 1]',
    );
  });
});
