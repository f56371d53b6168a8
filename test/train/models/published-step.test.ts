import { beforeAll, describe, expect, it } from 'vitest';

import { CycleGan } from '../../../src/train/models/cycle-gan.js';
import { trainOptions } from '../../../src/train/options.js';
import { classicReference, filled, pattern } from '../reference/classic.js';
import { useBackend } from '../use-backend.js';

beforeAll(useBackend);

/** The script's image() of [-1, 1] as YUV, Y in [0, 1] and U and V in [-0.5, 0.5]: the input of the model. */
function yuvOf(seed: number): Float32Array {
  return pattern(144 * 256 * 3, seed).map((value, i) => value / 2 + (i % 3 === 0 ? 0.5 : 0));
}

describe('CycleGan with the published options', () => {
  it('matches the losses of PyTorch over two steps', () => {
    const model = new CycleGan(trainOptions({ generator: 'resnet6', ngf: 2, ngfB: 2, ndf: 2 }));
    const { netGA, netGB, netDA, netDB } = model;
    [netGA, netGB, netDA, netDB!].forEach(({ vector }, index) =>
      vector.load(filled(vector.parameters, 100 * (index + 1))),
    );
    classicReference().cycleGanModel.forEach(({ terms, lossDA, lossDB }, step) => {
      model.setInput({ a: yuvOf(61), b: yuvOf(62), pathsA: [], pathsB: [] });
      const losses = model.optimizeParameters(step, { rateG: 2e-3, rateD: 2e-3 });
      const expected = { ...terms, netDA: lossDA, netDB: lossDB };
      expect(Object.keys(losses).sort()).toEqual(Object.keys(expected).sort());
      // PyTorch's float32 differs from its float64 by 8e-4 after one step and 7e-3 after two: Adam follows the sign of small gradients.
      const tolerance = step === 0 ? 5e-5 : 5e-3;
      for (const [name, value] of Object.entries(expected)) {
        const difference = losses[name]!.dataSync()[0]! / value - 1;
        expect(Math.abs(difference), `${name}, step ${step}`).toBeLessThan(tolerance);
      }
    });
    model.close();
  });
});
