import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { absoluteDistance, meanAbsolute } from '../../../src/train/losses/absolute-distance.js';
import { discriminatorLoss, generatorLoss } from '../../../src/train/losses/gan-loss.js';
import { totalVariation } from '../../../src/train/losses/total-variation.js';
import { useBackend } from '../use-backend.js';
import { classicReference, expectDigest, picture } from '../reference/classic.js';

const reference = classicReference();
const numberOf = (x: tf.Tensor): number => x.dataSync()[0]!;

beforeAll(useBackend);

describe('adversarial losses', () => {
  const scores = (seed: number): tf.Tensor[] => [
    tf.mul(picture([2, 3, 5, 1], seed), 3),
    tf.mul(picture([2, 2, 2, 1], seed + 1), 3),
  ];

  it.each(['lsgan', 'vanilla', 'hinge'] as const)('%s: values and gradients are those of PyTorch', (mode) => {
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

  it('cross-entropy stays finite where a logit is far off', () => {
    expect(numberOf(generatorLoss('vanilla', [tf.scalar(-500)]))).toBeCloseTo(500, 3);
    expect(numberOf(generatorLoss('vanilla', [tf.scalar(500)]))).toBe(0);
  });

  it('refuses to be called without scores', () => {
    expect(() => generatorLoss('lsgan', [])).toThrow('scores must hold at least one scale, got none');
  });
});

describe('absolute distances', () => {
  it('is the mean over all numbers, one side repeated', () => {
    const distance = absoluteDistance(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([1, 1], [1, 2]));
    expect(numberOf(distance)).toBe((0 + 1 + 2 + 3) / 4);
  });

  it('does not push what is at the distance 0', () => {
    const gradient = tf.grad((x) => meanAbsolute(x))(tf.tensor1d([0, 2, -2, 0]));
    expect([...gradient.dataSync()]).toEqual([0, 0.25, -0.25, 0]);
  });
});

describe('losses of a look', () => {
  const grid = (): tf.Tensor => picture([2, 9, 16, 96], 21);

  it('anchor and variation are those of PyTorch, with their gradients', () => {
    const anchor = picture([1, 9, 16, 96], 22);
    const near = tf.valueAndGrad((x: tf.Tensor) => absoluteDistance(x, anchor))(grid());
    expect(numberOf(near.value)).toBeCloseTo(reference.look.anchor, 5);
    expectDigest(near.grad, reference.look.anchorGradient, 'the gradient of the anchor loss');
    const smooth = tf.valueAndGrad((x: tf.Tensor) => totalVariation(x))(grid());
    expect(numberOf(smooth.value)).toBeCloseTo(reference.look.variation, 5);
    expectDigest(smooth.grad, reference.look.variationGradient, 'the gradient of the variation');
  });

  it('variation counts steps between cells, not between bins', () => {
    const bins = tf.tile(tf.reshape(tf.range(0, 96), [1, 1, 1, 96]), [1, 9, 16, 1]);
    expect(numberOf(totalVariation(bins))).toBe(0);
    const columns = tf.tile(tf.reshape(tf.range(0, 16), [1, 1, 16, 1]), [1, 9, 1, 96]);
    expect(numberOf(totalVariation(columns))).toBe(1);
  });
});
