import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { openGenerator } from '../../../src/infer/open-generator.js';
import { parseTwoPathwayCard } from '../../../src/infer/two-pathway/two-pathway-card.js';
import { readModelFile } from '../../../src/infer/model-file.js';
import { applyLookInto } from '../../../src/look/apply-look.js';
import { isFiniteLook } from '../../../src/look/look.js';
import { readCheckpoint } from '../../../src/train/checkpoint.js';
import { exportRun } from '../../../src/train/export/export-run.js';
import { generatorOptions } from '../../../src/train/models/two-pathway.js';
import { TfjsOps } from '../../../src/train/networks/tfjs-ops.js';
import { traceNetwork } from '../../../src/train/networks/trace.js';
import { twoPathwayNight } from '../../../src/train/networks/two-pathway-generator.js';
import { readLossLog } from '../../../src/train/report/loss-log.js';
import { trainTwoPathway } from '../../../src/train/two-pathway/train-two-pathway.js';
import { twoPathwayOptions } from '../../../src/train/two-pathway/two-pathway-options.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { streetThumbnail } from '../../infer/grade/street-thumbnail.js';
import { asThumbnail, PIXELS } from '../../infer/synthetic-thumbnails.js';
import { useBackend } from '../use-backend.js';
import { distance, randomImage, runModel } from '../export/run-model.js';

const STEPS = 16;
const SIZE = { width: 64, height: 36 };
const GIVEN = {
  ...SIZE,
  ...{
    steps: STEPS,
    batch: 1,
    ngf: 6,
    nlf: 4,
    blocks: 1,
    ndf: 4,
    layersD: 2,
    synthCount: 2,
    validationShare: 0.5,
    lambdaIdentity: 0,
  },
  ...{ rate: 5e-3, rateD: 1e-3, warmUp: 2, averageDecay: 0.7, logEvery: 4, validateEvery: STEPS, checkpointEvery: 8 },
};
const folder = temporaryFolder();
const common = { source: 'synth', backend: 'wasm', options: GIVEN } as const;

describe('the recipe two-pathway', () => {
  it('learns the night of a street, resumes bit for bit, and becomes a generator', { timeout: 180_000 }, async () => {
    const [whole, parts] = [join(folder, 'whole'), join(folder, 'parts')];
    const { best, step } = await trainTwoPathway({ ...common, run: whole, isResumed: false });
    expect(step).toBe(STEPS);

    const stop = new AbortController();
    await expect(
      trainTwoPathway({
        ...{ ...common, run: parts, isResumed: false, signal: stop.signal },
        onProgress: ({ step: done }) => {
          if (done === 8) stop.abort();
        },
      }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
    await trainTwoPathway({ ...common, run: parts, isResumed: true, options: {} });
    const [one, two] = await Promise.all([whole, parts].map((run) => readCheckpoint(join(run, 'last.ckpt'))));
    for (const [name, values] of one!.arrays) expect(two!.arrays.get(name), name).toEqual(values);

    // A fall that random weights, a frozen pathway or a wrong target would not give.
    const log = await readLossLog(whole);
    const [first, last] = [log[0]!.losses, log.at(-1)!.losses];
    for (const name of ['pixel', 'half', 'quarter', 'local']) {
      expect(last[name]! / first[name]!, name).toBeLessThan(0.6);
    }
    expect(best!.all, 'of a street that was not trained on').toBeLessThan(0.12);

    const out = join(folder, 'two-pathway');
    await exportRun({ from: whole, out, name: 'two-pathway', version: '1.0.0', licence: 'MIT' });
    await expectSameNight(whole, out);
    await using generator = await openGenerator({ generator: out });
    expect(generator.card).toMatchObject({ kind: 'two-pathway', training: { recipe: 'two-pathway', steps: STEPS } });
    const day = streetThumbnail();
    const look = await generator.translate(asThumbnail(day));
    expect(isFiniteLook(look)).toBe(true);
    const night = new Float32Array(day.length);
    applyLookInto(look, day, night);
    const luma = (planes: Float32Array): number => planes.subarray(0, PIXELS).reduce((sum, y) => sum + y, 0) / PIXELS;
    expect(luma(night)).toBeLessThan(0.6 * luma(day));
  });
});

describe('what the recipe two-pathway refuses', () => {
  it.each([
    [{ synthCount: 0 }, /needs pairs/],
    [{ synthCount: 2, lambdaUnpaired: 1 }, /nights without a day/],
    [{ width: 66 }, /width must be a multiple of 4/],
  ])('%j', async (given, message) => {
    const run = join(folder, `refused ${JSON.stringify(given)}`);
    const options = { ...GIVEN, ...given };
    await expect(trainTwoPathway({ ...common, run, isResumed: false, options })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message) as string,
    });
  });
});

/** Compares the ONNX file with TensorFlow.js on the weights of the checkpoint. */
async function expectSameNight(run: string, out: string): Promise<void> {
  await useBackend();
  const { arrays } = await readCheckpoint(join(run, 'best.ckpt'));
  const network = twoPathwayNight(generatorOptions(twoPathwayOptions(GIVEN)));
  const input = randomImage([SIZE.height, SIZE.width, 7], new Random(4), [0, 1]);
  const { parameters } = traceNetwork(network, [SIZE.height, SIZE.width, 7]);
  const data = tf.tidy(() => {
    const tensors = parameters.map(
      ({ name, shape }) => [name, tf.tensor(arrays.get(name)!.slice(), [...shape])] as const,
    );
    const street = tf.tensor4d(Float32Array.from(input.data), [1, SIZE.height, SIZE.width, 7]);
    return network<tf.Tensor>(new TfjsOps(new Map(tensors)), street).night;
  });
  const expected = { shape: [1, SIZE.height, SIZE.width, 3] as const, data: Float64Array.from(await data.data()) };
  data.dispose();
  const { bytes } = await readModelFile(out, parseTwoPathwayCard);
  const { night } = await runModel(bytes, input);
  expect(distance(night!, expected)).toBeLessThan(1e-4);
}
