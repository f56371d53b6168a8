import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { discriminatorLoss, generatorLoss } from '../../../src/train/losses/gan-loss.js';
import { l1Loss, meanAbsolute, totalVariation } from '../../../src/train/losses/l1-loss.js';
import { useBackend } from '../use-backend.js';
import { classicReference, expectDigest, image } from '../reference/classic.js';

const reference = classicReference();
const numberOf = (x: tf.Tensor): number => x.dataSync()[0]!;

beforeAll(useBackend);

describe('adversarial losses', () => {
  const scores = (seed: number): tf.Tensor[] => [
    tf.mul(image([2, 3, 5, 1], seed), 3),
    tf.mul(image([2, 2, 2, 1], seed + 1), 3),
  ];

  it.each(['lsgan', 'vanilla', 'hinge'] as const)('%s matches the values and gradients of PyTorch', (mode) => {
    const expected = reference.gan[mode];
    const fake = scores(13);
    const real = scores(11);
    const generator = tf.valueAndGrads((...x: tf.Tensor[]) => generatorLoss(mode, x))(fake);
    expect(numberOf(generator.value)).toBeCloseTo(expected.generator, 5);
    generator.grads.forEach((g, i) => expectDigest(g, expected.generatorGradients[i]!, `gradient ${i}`));
    const discriminator = tf.valueAndGrads((...x: tf.Tensor[]) =>
      discriminatorLoss(mode, { real: x.slice(0, 2), fake: x.slice(2) }),
    )([...real, ...fake]);
    expect(numberOf(discriminator.value)).toBeCloseTo(expected.discriminator, 5);
    discriminator.grads.forEach((g, i) => expectDigest(g, expected.discriminatorGradients[i]!, `gradient ${i}`));
  });

  it('keeps cross-entropy finite for large logits', () => {
    expect(numberOf(generatorLoss('vanilla', [tf.scalar(-500)]))).toBeCloseTo(500, 3);
    expect(numberOf(generatorLoss('vanilla', [tf.scalar(500)]))).toBe(0);
  });

  it('rejects empty scores', () => {
    expect(() => generatorLoss('lsgan', [])).toThrow('scores must hold at least one scale, got none');
  });
});

describe('L1 losses', () => {
  it('is the mean over all numbers, with one side broadcast', () => {
    const distance = l1Loss(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([1, 1], [1, 2]));
    expect(numberOf(distance)).toBe((0 + 1 + 2 + 3) / 4);
  });

  it('has a gradient of 0 at 0', () => {
    const gradient = tf.grad((x) => meanAbsolute(x))(tf.tensor1d([0, 2, -2, 0]));
    expect([...gradient.dataSync()]).toEqual([0, 0.25, -0.25, 0]);
  });
});

describe('losses of a look', () => {
  const grid = (): tf.Tensor => image([2, 9, 16, 96], 21);

  it('matches L1 loss and total variation of PyTorch, with their gradients', () => {
    const target = image([1, 9, 16, 96], 22);
    const near = tf.valueAndGrad((x: tf.Tensor) => l1Loss(x, target))(grid());
    expect(numberOf(near.value)).toBeCloseTo(reference.look.l1, 5);
    expectDigest(near.grad, reference.look.l1Gradient, 'the gradient of the L1 loss');
    const smooth = tf.valueAndGrad((x: tf.Tensor) => totalVariation(x))(grid());
    expect(numberOf(smooth.value)).toBeCloseTo(reference.look.variation, 5);
    expectDigest(smooth.grad, reference.look.variationGradient, 'the gradient of the variation');
  });

  it('measures variation between cells, not between bins', () => {
    const bins = tf.tile(tf.reshape(tf.range(0, 96), [1, 1, 1, 96]), [1, 9, 16, 1]);
    expect(numberOf(totalVariation(bins))).toBe(0);
    const columns = tf.tile(tf.reshape(tf.range(0, 16), [1, 1, 16, 1]), [1, 9, 1, 96]);
    expect(numberOf(totalVariation(columns))).toBe(1);
  });
});
