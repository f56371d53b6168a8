import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { Random } from '../../src/core/random.js';
import { l1Loss } from '../../src/train/losses/l1-loss.js';
import { discriminatorLoss, generatorLoss } from '../../src/train/losses/gan-loss.js';
import { lossesAndGradients, TrainableNetwork, type Losses } from '../../src/train/models/trainable-network.js';
import type { Network } from '../../src/train/networks/ops.js';
import { patchDiscriminator } from '../../src/train/networks/patch-discriminator.js';
import { resnetGenerator } from '../../src/train/networks/resnet-generator.js';
import { useBackend } from './use-backend.js';
import { classicReference, expectDigest, filled, image } from './reference/classic.js';

const LEARNING_RATE = 2e-3;

beforeAll(useBackend);

function trainable<K extends string>(network: Network<K>, seed: number): TrainableNetwork<K> {
  const adam = { beta1: 0.5, beta2: 0.999 };
  const trained = new TrainableNetwork(network, { input: [16, 20, 3], adam, random: new Random(1) });
  trained.vector.load(filled(trained.vector.parameters, seed));
  return trained;
}

const sumOf = (losses: Losses): number => Object.values(losses).reduce((sum, loss) => sum + loss.dataSync()[0]!, 0);

describe('one step of CycleGAN', () => {
  it('matches the losses and gradients of PyTorch over two steps of Adam', () => {
    const [realA, realB] = [image([1, 16, 20, 3], 61), image([1, 16, 20, 3], 62)];
    const generator = resnetGenerator({ ngf: 4, blocks: 1 });
    const discriminator = patchDiscriminator({ ndf: 4, layers: 2 });
    const [netGA, netGB] = [trainable(generator, 100), trainable(generator, 200)];
    const [netDA, netDB] = [trainable(discriminator, 300), trainable(discriminator, 400)];

    classicReference().cycleGan.forEach((expected, step) => {
      let fakes: [tf.Tensor, tf.Tensor] | undefined;
      const { losses, gradients } = lossesAndGradients([netGA.vector, netGB.vector], ([a, b]) => {
        const toNight = (x: tf.Tensor): tf.Tensor => netGA.run(x, a).image;
        const toDay = (x: tf.Tensor): tf.Tensor => netGB.run(x, b).image;
        const [fakeB, fakeA] = [toNight(realA), toDay(realB)];
        fakes = [tf.keep(tf.clone(fakeB)), tf.keep(tf.clone(fakeA))];
        return {
          ganA: generatorLoss('lsgan', [netDA.run(fakeB).scale1!]),
          ganB: generatorLoss('lsgan', [netDB.run(fakeA).scale1!]),
          cycleA: tf.mul(l1Loss(toDay(fakeB), realA), 10),
          cycleB: tf.mul(l1Loss(toNight(fakeA), realB), 10),
          identityA: tf.mul(l1Loss(toNight(realB), realB), 5),
          identityB: tf.mul(l1Loss(toDay(realA), realA), 5),
        };
      });
      netGA.step(gradients[0]!, LEARNING_RATE);
      netGB.step(gradients[1]!, LEARNING_RATE);
      const [fakeB, fakeA] = fakes!;
      const discriminators = [
        { net: netDA, real: realB, fake: fakeB },
        { net: netDB, real: realA, fake: fakeA },
      ].map(({ net, real, fake }) => {
        const result = lossesAndGradients([net.vector], ([weights]) => ({
          loss: discriminatorLoss('lsgan', {
            real: [net.run(real, weights).scale1!],
            fake: [net.run(fake, weights).scale1!],
          }),
        }));
        net.step(result.gradients[0]!, LEARNING_RATE);
        return result;
      });

      // The first step of Adam follows the sign of a gradient, even near 0: the second step has a larger tolerance.
      const [tolerance, digits] = step === 0 ? [1e-3, 4] : [2e-2, 3];
      for (const [name, term] of Object.entries(expected.terms)) {
        expect(losses[name]!.dataSync()[0], name).toBeCloseTo(term, digits);
      }
      expect(sumOf(losses) / expected.total).toBeCloseTo(1, digits);
      expect(sumOf(discriminators[0]!.losses)).toBeCloseTo(expected.lossDA, digits);
      expect(sumOf(discriminators[1]!.losses)).toBeCloseTo(expected.lossDB, digits);
      const compared = { netGA: gradients[0]!, netGB: gradients[1]!, netDA: discriminators[0]!.gradients[0]! };
      for (const [name, digests] of Object.entries(expected.gradients)) {
        const own = compared[name as keyof typeof compared];
        expect(own).toHaveLength(digests.length);
        digests.forEach((digest, i) => expectDigest(own[i]!, digest, `${name}, ${i}, step ${step}`, tolerance));
      }
    });
  });
});
