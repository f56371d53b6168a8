import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { Random } from '../../src/core/random.js';
import { absoluteDistance } from '../../src/train/losses/absolute-distance.js';
import { discriminatorLoss, generatorLoss } from '../../src/train/losses/gan-loss.js';
import { Player } from '../../src/train/models/player.js';
import { valueAndGradients, type Losses } from '../../src/train/models/value-and-gradients.js';
import type { Network } from '../../src/train/networks/ops.js';
import { patchDiscriminator } from '../../src/train/networks/patch-discriminator.js';
import { resnetGenerator } from '../../src/train/networks/resnet-generator.js';
import { useBackend } from './use-backend.js';
import { classicReference, expectDigest, filled, picture } from './reference/classic.js';

const RATE = 2e-3;

beforeAll(useBackend);

function player<K extends string>(network: Network<K>, seed: number): Player<K> {
  const adam = { beta1: 0.5, beta2: 0.999 };
  const made = new Player(network, { input: [16, 20, 3], adam, random: new Random(1) });
  made.vector.load(filled(made.vector.parameters, seed));
  return made;
}

const sumOf = (losses: Losses): number => Object.values(losses).reduce((sum, loss) => sum + loss.dataSync()[0]!, 0);

describe('a step of CycleGAN', () => {
  it('has the losses and gradients of PyTorch, twice, with Adam between', () => {
    const [realA, realB] = [picture([1, 16, 20, 3], 61), picture([1, 16, 20, 3], 62)];
    const generator = resnetGenerator({ ngf: 4, blocks: 1 });
    const discriminator = patchDiscriminator({ ndf: 4, layers: 2 });
    const [netGA, netGB] = [player(generator, 100), player(generator, 200)];
    const [netDA, netDB] = [player(discriminator, 300), player(discriminator, 400)];

    classicReference().cycleGan.forEach((expected, step) => {
      let fakes: [tf.Tensor, tf.Tensor] | undefined;
      const { losses, gradients } = valueAndGradients([netGA.vector, netGB.vector], ([a, b]) => {
        const toNight = (x: tf.Tensor): tf.Tensor => netGA.run(x, a).picture;
        const toDay = (x: tf.Tensor): tf.Tensor => netGB.run(x, b).picture;
        const [fakeB, fakeA] = [toNight(realA), toDay(realB)];
        fakes = [tf.keep(tf.clone(fakeB)), tf.keep(tf.clone(fakeA))];
        return {
          ganA: generatorLoss('lsgan', [netDA.run(fakeB).scores]),
          ganB: generatorLoss('lsgan', [netDB.run(fakeA).scores]),
          cycleA: tf.mul(absoluteDistance(toDay(fakeB), realA), 10),
          cycleB: tf.mul(absoluteDistance(toNight(fakeA), realB), 10),
          identityA: tf.mul(absoluteDistance(toNight(realB), realB), 5),
          identityB: tf.mul(absoluteDistance(toDay(realA), realA), 5),
        };
      });
      netGA.step(gradients[0]!, RATE);
      netGB.step(gradients[1]!, RATE);
      const [fakeB, fakeA] = fakes!;
      const judged = [
        { net: netDA, real: realB, fake: fakeB },
        { net: netDB, real: realA, fake: fakeA },
      ].map(({ net, real, fake }) => {
        const judgement = valueAndGradients([net.vector], ([weights]) => ({
          loss: discriminatorLoss('lsgan', {
            real: [net.run(real, weights).scores],
            fake: [net.run(fake, weights).scores],
          }),
        }));
        net.step(judgement.gradients[0]!, RATE);
        return judgement;
      });

      // What a first step of Adam makes of a gradient near 0 is its sign: the second step is held less closely.
      const [tolerance, digits] = step === 0 ? [1e-3, 4] : [2e-2, 3];
      for (const [name, term] of Object.entries(expected.terms)) {
        expect(losses[name]!.dataSync()[0], name).toBeCloseTo(term, digits);
      }
      expect(sumOf(losses) / expected.total).toBeCloseTo(1, digits);
      expect(sumOf(judged[0]!.losses)).toBeCloseTo(expected.lossDA, digits);
      expect(sumOf(judged[1]!.losses)).toBeCloseTo(expected.lossDB, digits);
      const compared = { netGA: gradients[0]!, netGB: gradients[1]!, netDA: judged[0]!.gradients[0]! };
      for (const [name, digests] of Object.entries(expected.gradients)) {
        const own = compared[name as keyof typeof compared];
        expect(own).toHaveLength(digests.length);
        digests.forEach((digest, i) => expectDigest(own[i]!, digest, `${name}, ${i}, step ${step}`, tolerance));
      }
    });
  });
});
