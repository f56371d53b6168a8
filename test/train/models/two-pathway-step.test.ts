import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { TwoPathwayGan, type PairBatch } from '../../../src/train/models/two-pathway.js';
import { sceneFeatures } from '../../../src/train/networks/scene-network.js';
import { traceNetwork } from '../../../src/train/networks/trace.js';
import { twoPathwayOptions } from '../../../src/train/two-pathway/two-pathway-options.js';
import { expectDigest, filled, pattern, type Digest } from '../reference/classic.js';
import { useBackend } from '../use-backend.js';

/** The content of two-pathway.json. */
interface TwoPathwayReference {
  readonly parameters: number;
  readonly gradients: readonly Digest[];
  readonly steps: readonly {
    readonly losses: Readonly<Record<string, number>>;
    readonly outputs: Readonly<Record<'image' | 'half' | 'quarter', Digest>>;
  }[];
}

const SIZE = { width: 48, height: 36 };
const PIXELS = 2 * SIZE.width * SIZE.height;
const OPTIONS = twoPathwayOptions({
  ...SIZE,
  ...{ batch: 2, ngf: 2, nlf: 2, blocks: 1, ndf: 2, layersD: 1, normD: 'none', lambdaSymmetry: 0.3 },
});
const BATCH: PairBatch = {
  days: pattern(3 * PIXELS, 61),
  nights: pattern(3 * PIXELS, 62),
  regions: pattern(4 * PIXELS, 63).map((value) => Math.min(1, Math.max(0, 1.5 * value))),
};

/** What the script computes from the same weights. */
function reference(): TwoPathwayReference {
  const path = new URL('../reference/two-pathway.json', import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as TwoPathwayReference; // written by two_pathway_reference.py
}

function patterned(): TwoPathwayGan {
  const model = new TwoPathwayGan(OPTIONS, filled(traceNetwork(sceneFeatures, [64, 64, 3]).parameters, 500));
  model.netG.vector.load(filled(model.netG.vector.parameters, 100));
  model.netD.vector.load(filled(model.netD.vector.parameters, 400));
  return model;
}

beforeAll(useBackend);

describe('TP-GAN with the published losses', () => {
  it('matches outputs, losses and gradients of PyTorch over two steps', async () => {
    const { parameters, gradients, steps } = reference();
    const model = patterned();
    const { vector } = model.netG;
    expect(vector.size).toBe(parameters);
    for (const [step, { losses: expected, outputs }] of steps.entries()) {
      const input = tf.tidy(() =>
        tf.concat(
          [
            tf.tensor4d(BATCH.days.slice(), [2, SIZE.height, SIZE.width, 3]),
            tf.tensor4d(BATCH.regions.slice(), [2, SIZE.height, SIZE.width, 4]),
          ],
          -1,
        ),
      );
      const made = model.netG.run(input);
      // Adam follows the sign of small gradients: after a step, float32 is further from float64.
      const tolerance = step === 0 ? 5e-5 : 5e-3;
      for (const name of ['image', 'half', 'quarter'] as const) {
        expectDigest(made[name], outputs[name], `${name}, step ${step}`, tolerance);
      }
      const losses = model.step(BATCH, { rate: 2e-3, rateD: 2e-3 });
      expect(Object.keys(losses).sort()).toEqual(Object.keys(expected).sort());
      for (const [name, value] of Object.entries(expected)) {
        const difference = losses[name]!.dataSync()[0]! / value - 1;
        expect(Math.abs(difference), `${name}, step ${step}`).toBeLessThan(tolerance);
      }
      if (step > 0) continue;
      const mean = (await model.state()).get('netG/adam/mean')!; // after one step: the gradient times 1 - beta1
      const views = [...vector.namedViews(mean)];
      expect(views.length).toBe(gradients.length);
      views.forEach(([name, values], index) => {
        const gradient = tf.tensor1d(values.map((value) => value / (1 - OPTIONS.beta1)));
        expectDigest(gradient, gradients[index]!, `gradient of ${name}`, 1e-3);
      });
    }
    model.close();
  });

  it('continues from its state bit for bit', async () => {
    const [model, other] = [
      patterned(),
      new TwoPathwayGan({ ...OPTIONS, seed: 5 }, filled(traceNetwork(sceneFeatures, [64, 64, 3]).parameters, 500)),
    ];
    tf.dispose(model.step(BATCH, { rate: 1e-3, rateD: 1e-3 }));
    other.load(await model.state());
    tf.dispose(model.step(BATCH, { rate: 1e-3, rateD: 1e-3 }));
    tf.dispose(other.step(BATCH, { rate: 1e-3, rateD: 1e-3 }));
    const [expected, got] = [await model.state(), await other.state()];
    expect([...got.keys()]).toEqual([...expected.keys()]);
    for (const [name, values] of expected) expect(Buffer.compare(bytes(got.get(name)!), bytes(values)), name).toBe(0);
    model.close();
    other.close();
  });

  it('trains a second discriminator on nights of no day, and needs some', () => {
    const model = new TwoPathwayGan(twoPathwayOptions({ ...OPTIONS, lambdaIdentity: 0, lambdaUnpaired: 0.1 }));
    expect(() => model.step(BATCH, { rate: 1e-3, rateD: 1e-3 })).toThrow(/lambdaUnpaired needs unpaired nights/);
    const losses = model.step({ ...BATCH, unpaired: pattern(3 * PIXELS, 64) }, { rate: 1e-3, rateD: 1e-3 });
    expect(losses['unpaired']!.dataSync()[0]).toBeGreaterThan(0.01);
    expect(losses['netU']!.dataSync()[0]).toBeGreaterThan(0.1);
    expect(losses['identity']).toBeUndefined();
    model.close();
  });
});

function bytes({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
