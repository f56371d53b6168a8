import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  keyPatchDiscriminatorLosses,
  keyPatchGeneratorLosses,
  mismatches,
} from '../../../src/train/losses/key-patch-losses.js';
import { keyPatchOptions } from '../../../src/train/key-patch/key-patch-options.js';
import { KeyPatchGan, keyPatchTraces, type KeyPatchBatch } from '../../../src/train/models/key-patch.js';
import { lossesAndGradients } from '../../../src/train/models/trainable-network.js';
import { keyPatchDiscriminator, keyPatchGenerator } from '../../../src/train/networks/key-patch-networks.js';
import type { ParameterSpec, Weights } from '../../../src/train/networks/ops.js';
import { TfjsOps } from '../../../src/train/networks/tfjs-ops.js';
import { expectDigest, filled, image, pattern, type Digest } from '../reference/classic.js';
import { useBackend } from '../use-backend.js';

/** The content of key-patch.json. */
interface KeyPatchReference {
  readonly outputs: readonly [mask: Digest, image: Digest];
  /** `numpy.logspace(-2, -4, 25)`. */
  readonly weights: readonly number[];
  readonly steps: readonly {
    readonly terms: Readonly<Record<string, number>>;
    readonly netD?: readonly Digest[];
    readonly netG?: readonly Digest[];
  }[];
}

const SIDE = 16;
const OPTIONS = keyPatchOptions({ side: SIDE, filters: 3, filtersD: 3, batch: 2, steps: 100 });
const reference = JSON.parse(
  readFileSync(new URL('../reference/key-patch.json', import.meta.url), 'utf8'),
) as KeyPatchReference; // written by key_patch_reference.py

beforeAll(useBackend);

/** The script's fill(). */
function startOf(parameters: readonly ParameterSpec[], seed: number): Weights {
  const plain = filled(parameters, seed);
  return new Map(
    [...plain].map(([name, values]) => [name, name.endsWith('/scale') ? values.map((v) => 1 + v) : values]),
  );
}

function referenceModel(): KeyPatchGan {
  const model = new KeyPatchGan(OPTIONS);
  model.netG.vector.load(startOf(model.netG.vector.parameters, 100));
  model.netD.vector.load(startOf(model.netD.vector.parameters, 300));
  return model;
}

function referenceBatch(): KeyPatchBatch {
  const mask = pattern(2 * SIDE * SIDE, 64).map((value) => Number(value > 0.3));
  return {
    patchCount: 2,
    patches: image([4, SIDE, SIDE, 3], 61),
    real: image([2, SIDE, SIDE, 3], 62),
    others: image([2, SIDE, SIDE, 3], 63),
    mask: tf.tensor4d(mask, [2, SIDE, SIDE, 1]),
    noise: image([2, 1, 1, 128], 65),
  };
}

describe('the GAN of key local patches', () => {
  it('makes the mask and the image that PyTorch makes', () => {
    const model = referenceModel();
    const made = keyPatchGenerator({ patches: 2, filters: 3 })<tf.Tensor>(
      new TfjsOps(model.netG.vector.tensors),
      referenceBatch(),
    );
    expectDigest(made.mask, reference.outputs[0], 'mask');
    expectDigest(made.image, reference.outputs[1], 'image');
    model.close();
  });

  it('matches the losses of PyTorch over four steps: the discriminator in each, the generator in every second', () => {
    const model = referenceModel();
    const batch = referenceBatch();
    reference.steps.forEach(({ terms }, step) => {
      const losses = model.step(batch, step, 2e-4);
      expect(Object.keys(losses).sort()).toEqual(Object.keys(terms).sort());
      for (const [name, value] of Object.entries(terms)) {
        // The first steps of Adam follow the sign of a gradient, even near 0.
        const difference = losses[name]!.dataSync()[0]! / value - 1;
        expect(Math.abs(difference), `${name}, step ${step}`).toBeLessThan(step === 0 ? 1e-5 : 2e-3);
      }
    });
    model.close();
  });

  it('matches the gradients of PyTorch', () => {
    const model = referenceModel();
    const batch = referenceBatch();
    const generated = (): tf.Tensor =>
      keyPatchGenerator({ patches: 2, filters: 3 })<tf.Tensor>(new TfjsOps(model.netG.vector.tensors), batch).image;
    const fake = generated();
    const own = mismatches(batch);
    const judge = (weights: ReadonlyMap<string, tf.Tensor>, x: tf.Tensor): tf.Tensor =>
      keyPatchDiscriminator({ filters: 3 })<tf.Tensor>(new TfjsOps(weights), x).real;
    const { gradients } = lossesAndGradients([model.netD.vector], ([weights]) =>
      keyPatchDiscriminatorLosses({
        real: judge(weights!, batch.real),
        generated: judge(weights!, fake),
        patches: judge(weights!, own.patches),
        surroundings: judge(weights!, own.surroundings),
      }),
    );
    compare(gradients[0]!, reference.steps[0]!.netD!, model.netD.vector.parameters, 1e-3);

    model.step(batch, 0, 2e-4);
    model.trainDiscriminator(batch, 2e-4);
    const forG = lossesAndGradients([model.netG.vector], ([weights]) => {
      const made = keyPatchGenerator({ patches: 2, filters: 3 })<tf.Tensor>(new TfjsOps(weights!), batch);
      const logits = judge(model.netD.vector.tensors, made.image);
      return keyPatchGeneratorLosses({ ...made, logits }, batch, { spatial: 'l1', mask: 1e-2, appearance: 1e-2 });
    });
    compare(forG.gradients[0]!, reference.steps[1]!.netG!, model.netG.vector.parameters, 1e-2);
    model.close();
  });

  it('lets the weight of the norms fall as logspace does, in as many steps as the schedule has epochs', () => {
    const model = new KeyPatchGan(OPTIONS);
    const seen = Array.from({ length: 100 }, (_, step) => model.weightAt(step));
    const steps = seen.filter((weight, i) => weight !== seen[i - 1]);
    expect(steps).toHaveLength(25);
    steps.forEach((weight, epoch) => expect(weight / reference.weights[epoch]!).toBeCloseTo(1, 6));
    model.close();
  });

  it('steps the generator only in every second step', async () => {
    const model = referenceModel();
    const batch = referenceBatch();
    const weights = async () => [...(await model.netG.weights()).values()].map((values) => [...values]);
    const start = await weights();
    model.step(batch, 0, 2e-4);
    expect(await weights()).toEqual(start);
    model.step(batch, 1, 2e-4);
    expect(await weights()).not.toEqual(start);
    model.close();
  });

  it('has the published layers at 64 and 128', () => {
    const widthsAt = (side: number): Record<string, readonly number[]> => {
      const traces = keyPatchTraces({ side, filters: 64, filtersD: 64 });
      const specs = [...traces.generator.parameters, ...traces.discriminator.parameters];
      return Object.fromEntries(
        specs.filter(({ name }) => name.endsWith('/kernel')).map(({ name, shape }) => [name, shape]),
      );
    };
    // Kernel sizes, inputs and filters of the authors' conv_dims_in and conv_dims_out; up layers have 3x3 for 5x5.
    expect(widthsAt(64)).toEqual({
      'part/encode1/kernel': [5, 5, 3, 64],
      'part/encode2/kernel': [5, 5, 64, 128],
      'part/encode3/kernel': [5, 5, 128, 256],
      'part/encode4/kernel': [5, 5, 256, 512],
      'part/code/kernel': [4, 4, 512, 128],
      'mask/up4/kernel': [4, 4, 128, 512],
      'mask/up3/kernel': [3, 3, 1024, 256],
      'mask/up2/kernel': [3, 3, 512, 128],
      'mask/up1/kernel': [3, 3, 256, 64],
      'mask/up0/kernel': [3, 3, 128, 1],
      'image/up4/kernel': [4, 4, 256, 512],
      'image/up3/kernel': [3, 3, 1536, 256],
      'image/up2/kernel': [3, 3, 768, 128],
      'image/up1/kernel': [3, 3, 384, 64],
      'image/up0/kernel': [3, 3, 192, 3],
      'judge/conv1/kernel': [5, 5, 3, 64],
      'judge/conv2/kernel': [5, 5, 64, 128],
      'judge/conv3/kernel': [5, 5, 128, 256],
      'judge/conv4/kernel': [5, 5, 256, 512],
      'judge/real/kernel': [4, 4, 512, 1],
    });
    expect(widthsAt(128)).toMatchObject({
      'part/encode5/kernel': [5, 5, 512, 512],
      'image/up5/kernel': [4, 4, 256, 512],
    });
    const { generator } = keyPatchTraces({ side: 128, filters: 64, filtersD: 64 });
    expect(generator.outputs).toEqual({ mask: [128, 128, 1], image: [128, 128, 3] });
  });
});

function compare(
  gradients: readonly tf.Tensor[],
  digests: readonly Digest[],
  parameters: readonly ParameterSpec[],
  tolerance: number,
): void {
  expect(gradients).toHaveLength(digests.length);
  // The bias before a batch norm has no effect: its gradient is rounding alone.
  digests.forEach((digest, i) => expectDigest(gradients[i]!, digest, parameters[i]!.name, tolerance));
}
