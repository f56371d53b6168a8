import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/core/logger.js';
import { parseImageCard, type ImageModelCard } from '../../../src/infer/image-network/image-card.js';
import { openImageNetwork } from '../../../src/infer/image-network/image-network.js';
import { inspectModel } from '../../../src/infer/image-network/inspect-model.js';
import { fromTensor, toTensor } from '../../../src/infer/image-network/image-tensor.js';
import { trialImage } from '../../../src/infer/image-network/trial-image.js';
import { readUncardedModel } from '../../../src/infer/image-network/uncarded-model.js';
import { readModelFile } from '../../../src/infer/model-file.js';
import { openGenerator } from '../../../src/infer/open-generator.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { asThumbnail, rampThumbnail } from '../synthetic-thumbnails.js';
import { writeTinyImageModel, type TinyImageOptions } from './tiny-image-model.js';

const folder = temporaryFolder();
let count = 0;
const write = (options: TinyImageOptions = {}): string => writeTinyImageModel(folder, `net${count++}`, options);

/** The largest difference between what the network gives of a street and `tanh(x / 2)` of each number. */
async function worstOf(path: string, size = 64): Promise<number> {
  const file = await readUncardedModel(path, silentLogger);
  await using network = await openImageNetwork(file);
  const day = trialImage(size, size);
  const { data } = await network.run(day);
  const input = toTensor(day, file.card.input).data;
  return data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - Math.tanh((input[i] ?? 0) / 2))), 0);
}

describe('an image network without a card', () => {
  it.each<[string, TinyImageOptions, number]>([
    ['NCHW', {}, 1e-5],
    ['NHWC', { input: [1, 64, 64, 3] }, 1e-5],
    ['any batch', { input: ['batch', 3, 64, 64] }, 1e-5],
    ['any size', { input: ['n', 3, 'h', 'w'] }, 1e-5],
    ['float16', { type: 10 }, 1e-3],
  ])('runs as its file shows: %s', async (_, options, tolerance) => {
    expect(await worstOf(write(options), options.input?.includes('h') ? 256 : 64)).toBeLessThan(tolerance);
  });

  it('is refused in one line where the file leaves a doubt, or is another network', async () => {
    for (const [options, message] of [
      [{ ending: 'Relu' }, /does not show the range of its output/],
      [{ ending: 'NightTanh' }, /operators that image networks rarely have: NightTanh\.$/],
      [{ opset: 99 }, /needs operator set 99/],
      [{ extraInput: true }, /2 inputs \(day, noise\)/],
      [{ input: [4, 3, 64, 64] }, /input day is float32 \[4, 3, 64, 64\]/],
      [{ input: [1, 1, 64, 64] }, /input day is float32 \[1, 1, 64, 64\]/],
      [{ output: [1, 192, 64] }, /an object detector/],
    ] as const) {
      await expect(openGenerator({ generator: write(options) })).rejects.toMatchObject({
        code: 'MODEL_INVALID',
        message: expect.stringMatching(message) as string,
      });
    }
  });
});

it('a network that reuses its memory gives each of its images, also when runs overlap', async () => {
  const file = await readUncardedModel(write(), silentLogger);
  await using network = await openImageNetwork(file);
  const days = [0.2, 0.8].map((luma) => {
    const data = new Float32Array(3 * 64 * 64).fill(luma, 0, 64 * 64);
    return { width: 64, height: 64, data };
  });
  const nights = await Promise.all(days.map((day) => network.run(day)));
  for (const day of days) nights.push(await network.run(day));
  nights.forEach(({ data }, i) => {
    expect(data[0]).toBeCloseTo(Math.tanh((i % 2 === 0 ? -0.6 : 0.6) / 2), 5);
  });
});

describe('an image card', () => {
  async function written(change: (card: ImageModelCard) => object = (card) => card): Promise<string> {
    const path = write();
    const { card } = await inspectModel(path);
    if (!card) throw new TypeError('no card');
    writeFileSync(path.replace('.onnx', '.json'), JSON.stringify(change(card)));
    return path;
  }

  it('is proposed so that the model opens with it', async () => {
    const path = await written();
    await using network = await openImageNetwork(await readModelFile(path, parseImageCard));
    expect(network.card).toMatchObject({ kind: 'image', input: { width: 64, height: 64, range: [-1, 1] } });
  });

  it.each<[string, (card: ImageModelCard) => object, RegExp]>([
    [
      'size',
      (card) => ({ ...card, input: { ...card.input, width: 128 } }),
      /must be \[1, 3, 64, 128\].*got \[1, 3, 64, 64\]/,
    ],
    ['layout', (card) => ({ ...card, input: { ...card.input, layout: 'NHWC' } }), /must be \[1, 64, 64, 3\].*got/],
    ['name', (card) => ({ ...card, output: { ...card.output, name: 'x' } }), /has no output x, got night/],
    [
      'range',
      (card) => ({ ...card, input: { ...card.input, range: [1, 1] } }),
      /input.range must be two different numbers/,
    ],
    ['side', (card) => ({ ...card, input: { ...card.input, width: 8 } }), /input.width must be an integer from 32/],
    [
      'multiple',
      (card) => ({ ...card, input: { ...card.input, multiple: 60 } }),
      /input.width must be a multiple of 60/,
    ],
    ['checksum', (card) => ({ ...card, sha256: 'a'.repeat(64) }), /does not match its card/],
  ])('that disagrees with its model is refused with what was got: %s', async (_, change, message) => {
    const failure = { code: 'MODEL_INVALID', message: expect.stringMatching(message) as string };
    await expect(openGenerator({ generator: await written(change) })).rejects.toMatchObject(failure);
  });

  it('says where black and white and the colours are', () => {
    const day = trialImage(32, 32);
    const ports = [
      { name: 'x', layout: 'NCHW', range: [-1, 1], colors: 'RGB' },
      { name: 'x', layout: 'NHWC', range: [0, 255], colors: 'BGR' },
    ] as const;
    for (const port of ports) {
      const back = fromTensor(toTensor(day, port), port);
      expect(back.data.every((value, i) => Math.abs(value - (day.data[i] ?? 0)) < 1e-4)).toBe(true);
    }
    const [rgb, bgr] = ports.map((port) => toTensor(day, port).data);
    expect(((rgb?.[0] ?? 0) + 1) / 2).toBeCloseTo((bgr?.[2] ?? 0) / 255, 5);
  });
});

describe('an image generator', () => {
  it('gives a look that does to the day what its network does', async () => {
    await using generator = await openGenerator({ generator: write({ input: [1, 3, 144, 256] }) });
    expect(generator.wantsDetail).toBe(false);
    const { grid } = await generator.translate(asThumbnail(rampThumbnail()));
    expect(grid.every(Number.isFinite)).toBe(true);
    expect(generator.fallbacks).toBe(0);
  });

  it('falls back where the network gives a number that is not finite', async () => {
    const path = write({ ending: 'Sqrt' });
    const { card } = await inspectModel(path); // the root of what is below mid-grey
    writeFileSync(path.replace('.onnx', '.json'), JSON.stringify(card));
    await using generator = await openGenerator({ generator: path });
    await generator.translate(asThumbnail(rampThumbnail()));
    expect(generator.fallbacks).toBe(1);
  });

  it('reads details where its network is larger than a thumbnail, and leaves own headlights to the renderer', async () => {
    await using generator = await openGenerator({ generator: write({ input: [1, 3, 256, 256] }) });
    expect(generator.wantsDetail).toBe(true);
    expect(generator.lightsRoad ?? false).toBe(false);
  });
});

it('reports the networks of the package as what they are', async () => {
  const names = { nightgrid: 'a look network', scene: 'a scene network', vehicle: 'a vehicle network' };
  for (const [name, what] of Object.entries(names)) {
    expect((await inspectModel(`models/${name}`)).guess).toMatchObject({ kind: 'other', what });
  }
  expect(readFileSync('models/nightgrid/nightgrid.json', 'utf8')).toContain('grid');
});
