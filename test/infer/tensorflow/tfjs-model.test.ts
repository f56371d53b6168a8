import { describe, expect, it } from 'vitest';
import { isInstalled } from '../../../src/core/optional-package.js';
import { silentLogger } from '../../../src/core/logger.js';
import { openImageNetwork } from '../../../src/infer/image-network/image-network.js';
import { toTensor } from '../../../src/infer/image-network/image-tensor.js';
import { inspectModel } from '../../../src/infer/image-network/inspect-model.js';
import { trialImage } from '../../../src/infer/image-network/trial-image.js';
import { readUncardedModel } from '../../../src/infer/image-network/uncarded-model.js';
import { openGenerator } from '../../../src/infer/open-generator.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { asThumbnail, rampThumbnail } from '../synthetic-thumbnails.js';
import { nightOf, writeGraphModel, writeLayersModel } from './tfjs-model-files.js';

const KINDS = [
  { kind: 'graph', write: writeGraphModel, peer: '@tensorflow/tfjs-converter', names: ['day', 'Identity'] },
  { kind: 'layers', write: writeLayersModel, peer: '@tensorflow/tfjs-layers', names: ['paint_input', 'paint'] },
] as const;
const folder = temporaryFolder();

describe.each(KINDS)('a TensorFlow.js model of a $kind', ({ kind, write, peer, names }) => {
  const path = write(folder, kind);
  const isHere = isInstalled(peer);
  if (!isHere) console.warn(`skipped: ${peer} is not installed, so a model of a ${kind} does not run`);

  it('shows its ports, and a guessed card with their names', async () => {
    const { card } = await inspectModel(path);
    expect(card).toMatchObject({
      input: { name: names[0], layout: 'NHWC', width: 64, height: 64, range: [-1, 1] },
      output: { name: names[1], layout: 'NHWC', range: [-1, 1] },
    });
  });

  it.skipIf(!isHere)('computes what its weights say, without a card', async () => {
    const file = await readUncardedModel(path, silentLogger);
    await using network = await openImageNetwork(file);
    const day = trialImage(64, 64);
    const { data } = await network.run(day);
    const input = toTensor(day, file.card.input).data;
    const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - nightOf(input[i] ?? NaN))), 0);
    expect(data.length).toBe(3 * 64 * 64);
    expect(worst).toBeLessThan(1e-5);
  });

  it.skipIf(!isHere)('makes looks', async () => {
    await using generator = await openGenerator({ generator: path });
    expect(generator.placement?.engine).toMatch(/tensorflow|wasm/);
    const { grid } = await generator.translate(asThumbnail(rampThumbnail()));
    expect(grid.every((value) => Number.isFinite(value))).toBe(true);
  });

  it.skipIf(isHere)('is refused in one line that names the package', async () => {
    await expect(openGenerator({ generator: path })).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      remedy: expect.stringContaining(peer) as string,
    });
  });
});
