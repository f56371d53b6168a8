import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { openKeyPatchNetwork } from '../../src/infer/key-patch/key-patch-network.js';
import { readCheckpoint } from '../../src/train/checkpoint.js';
import { exportRun } from '../../src/train/export/export-run.js';
import { keyPatchOptions } from '../../src/train/key-patch/key-patch-options.js';
import { trainKeyPatch } from '../../src/train/key-patch/train-key-patch.js';
import { keyPatchTraces } from '../../src/train/models/key-patch.js';
import { keyPatchGenerator } from '../../src/train/networks/key-patch-networks.js';
import { readLossLog, type LossRecord } from '../../src/train/report/loss-log.js';
import { ReferenceOps, type NhwcArray } from '../support/reference-ops.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const STEPS = 60;
/** The published recipe with an eighth of the filters, on painted nights at a quarter of the size, ten times as fast. */
const OPTIONS = {
  ...{ side: 16, filters: 8, filtersD: 8, batch: 8, rate: 2e-3, beta2: 0.99, synthCount: 24, validationShare: 0.25 },
  ...{ steps: STEPS, spatial: 'cross-entropy', maskEnd: 1e-2 },
  ...{ logEvery: 10, validateEvery: STEPS, checkpointEvery: 30 },
};

describe('a training of key local patches', () => {
  const folder = temporaryFolder();
  const task = { source: 'synth', backend: 'wasm' } as const;
  let log: readonly LossRecord[];
  beforeAll(async () => {
    const run = join(folder, 'whole');
    await trainKeyPatch({ ...task, run, options: OPTIONS, isResumed: false });
    log = await readLossLog(run);
  }, 120_000);

  it('learns where patches are likely: two fifths of the spatial loss are gone after 60 steps', () => {
    const spatial = log.map(({ losses }) => losses['spatial'] ?? NaN);
    console.log(`spatial loss ${spatial.map((loss) => loss.toFixed(3)).join(', ')}`, log.at(-1)?.metrics);
    expect(spatial.at(-1)).toBeLessThan(0.6 * spatial[0]!);
  });

  it('continues bit for bit where it was stopped', { timeout: 120_000 }, async () => {
    const run = join(folder, 'halves');
    const controller = new AbortController();
    const stopped = trainKeyPatch({
      ...task,
      run,
      options: OPTIONS,
      isResumed: false,
      signal: controller.signal,
      onProgress: ({ step }) => {
        if (step === 30) controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    await trainKeyPatch({ ...task, run, options: {}, isResumed: true });
    const [whole, halves] = await Promise.all(
      ['whole', 'halves'].map((name) => readCheckpoint(join(folder, name, 'last.ckpt'))),
    );
    expect([...halves!.arrays.keys()]).toEqual([...whole!.arrays.keys()]);
    for (const [name, values] of whole!.arrays) expect(halves!.arrays.get(name), name).toEqual(values);
  });

  it('is a network that makes the same night from the same patches, in any order', { timeout: 60_000 }, async () => {
    const run = join(folder, 'whole');
    const out = join(folder, 'exported');
    await exportRun({ from: run, out, name: 'exported', version: '1.0.0', licence: 'MIT' });
    await using network = await openKeyPatchNetwork(out);
    expect(network.card).toMatchObject({ kind: 'key-patch', side: 16, patches: [1, 3], training: { steps: STEPS } });
    const random = new Random(3);
    const planes = Array.from({ length: 3 }, () => Float32Array.from({ length: 3 * 256 }, () => random.between(-1, 1)));
    const noise = Float32Array.from({ length: 128 }, () => random.between(-1, 1));
    const made = await network.make(planes, noise);
    const shuffled = await network.make([planes[2]!, planes[0]!, planes[1]!], noise);
    expect(largestDifference(made.image, shuffled.image)).toBeLessThan(1e-5);
    expect(largestDifference(made.image, (await network.make(planes.slice(0, 2), noise)).image)).toBeGreaterThan(1e-3);

    const { arrays } = await readCheckpoint(join(run, 'best.ckpt'));
    expect(keyPatchTraces(keyPatchOptions(OPTIONS)).generator.statistics.length).toBeGreaterThan(0);
    const expected = keyPatchGenerator({ patches: 3, filters: 8 })<NhwcArray>(new ReferenceOps(arrays), {
      patches: toNhwc(planes),
      noise: { shape: [1, 1, 1, 128], data: Float64Array.from(noise) },
    });
    for (const name of ['image', 'mask'] as const) {
      const planar = toPlanar(expected[name]);
      expect(largestDifference(made[name], planar)).toBeLessThan(1e-4);
    }
  });
});

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

/** Planar images of 16 x 16 as a batch. */
function toNhwc(images: readonly Float32Array[]): NhwcArray {
  const data = images.flatMap((planes) =>
    Array.from({ length: 256 * 3 }, (_, i) => planes[(i % 3) * 256 + Math.floor(i / 3)]!),
  );
  return { shape: [images.length, 16, 16, 3], data: Float64Array.from(data) };
}

function toPlanar({ shape: [, , , channels], data }: NhwcArray): number[] {
  return Array.from({ length: data.length }, (_, i) => data[(i % 256) * channels + Math.floor(i / 256)]!);
}
