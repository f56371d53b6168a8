import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layoutDistance } from '../../src/evaluate/layout-distance.js';
import { lightsByNumber, lightsSet, meanOf } from '../../src/evaluate/lights-distance.js';
import { slicedWasserstein } from '../../src/evaluate/sliced-wasserstein.js';
import { readCropped } from '../../src/image/image-file.js';
import { imageToYuv } from '../../src/image/rgb-image.js';
import { footage } from '../support/footage.js';

const frames = footage('frames');

async function read(name: string): Promise<Float32Array[]> {
  const folder = join(frames ?? '', name);
  const images: Float32Array[] = [];
  for (const file of readdirSync(folder)) images.push(imageToYuv(await readCropped(join(folder, file), [256, 144])));
  return images;
}

/** Results of an independent implementation (PyTorch, SciPy, Pillow) on the same folders; the sliced distance for one seed. */
describe.skipIf(frames === undefined)('on real images the distances match the independent implementation', () => {
  it('layout, up to the difference of two Lanczos filters', async () => {
    const [day, night, other] = [await read('testA'), await read('testB'), await read('trainB')];
    expect(Math.abs(layoutDistance(day, night) - 0.1257)).toBeLessThan(0.0003);
    expect(Math.abs(layoutDistance(day, other) - 0.1264)).toBeLessThan(0.0003);
    expect(Math.abs(layoutDistance(night, other) - 0.0551)).toBeLessThan(0.0003);
  });

  it('lights, up to the difference of two Lanczos filters', async () => {
    const [day, night, other] = [
      lightsSet(await read('testA')),
      lightsSet(await read('testB')),
      lightsSet(await read('trainB')),
    ];
    const expected = [
      [day, night, 1.3694],
      [day, other, 1.311],
      [night, other, 0.3729],
      [other, night, 0.4542],
    ] as const;
    for (const [a, b, value] of expected) expect(Math.abs(meanOf(lightsByNumber(a, b)) / value - 1)).toBeLessThan(0.02);
  });

  it('sliced Wasserstein, up to the difference of seeds', async () => {
    const [day, night] = [await read('testA'), await read('testB')];
    const levels = slicedWasserstein(day, night, { seed: 1, directions: 64 });
    for (const [level, value] of [0.233, 0.178, 0.644, 0.351].entries()) {
      expect(Math.abs(levels[level]! - value), `level ${level}`).toBeLessThan(0.06);
    }
  });
});
