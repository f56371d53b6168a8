import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { readRgb, writeImage } from '../../../src/image/image-file.js';
import type { RgbImage } from '../../../src/image/rgb-image.js';
import { render } from '../../../src/library.js';
import { correlationOf, deviationOf } from '../../augment/camera/measures.js';
import { paintedImages } from '../../evaluate/painted-images.js';
import { writeSceneModel } from '../../support/scene-model.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder, ...names);

describe('stills lit by a scene network', () => {
  it('have the same bytes alone and in a folder, and other bytes at another time of day', async () => {
    mkdirSync(at('day'));
    for (const [i, image] of paintedImages('day', 3, 1).entries()) await writeImage(at('day', `${i}.png`), image);
    const generator = await writeSceneModel(folder);
    await render(at('day'), at('night'), { generator });
    await render(at('day', '2.png'), at('alone.png'), { generator });
    await render(at('day', '2.png'), at('dusk.png'), { generator, time: 'dusk' });
    const [inFolder, alone, dusk] = [at('night', '2.png'), at('alone.png'), at('dusk.png')].map((path) =>
      readFileSync(path),
    );
    expect(alone?.equals(inFolder ?? alone.subarray(1))).toBe(true);
    expect(dusk?.equals(inFolder ?? dusk)).toBe(false);
  });
});

describe('the grain of stills', () => {
  it('is another one in each image of a folder, at any place the same for the same image', async () => {
    mkdirSync(at('grain'));
    const [first, second] = [blocks(1), blocks(2)] as const;
    await writeImage(at('grain', 'a.png'), first);
    await writeImage(at('grain', 'b.png'), second);
    await writeImage(at('grain', 'c.png'), first);
    const generator = 'grade';
    await render(at('grain'), at('grainy'), { generator, grain: 2 });
    await render(at('grain'), at('clean'), { generator, grain: 0 });
    const grains = await Promise.all(
      ['a.png', 'b.png', 'c.png'].map(async (name) => {
        const [grainy, clean] = await Promise.all([at('grainy', name), at('clean', name)].map((path) => readRgb(path)));
        return Float64Array.from(grainy!.data, (value, i) => value - clean!.data[i]!);
      }),
    );
    const [a, b, c] = grains;
    expect(deviationOf(a!)).toBeGreaterThan(1);
    expect(Math.abs(correlationOf(a!, b!))).toBeLessThan(0.02);
    expect(c).toEqual(a);
  });
});

/** A bright image of blocks, every seed others. */
function blocks(seed: number): RgbImage {
  const random = new Random(seed);
  const [width, height, block] = [640, 360, 40];
  const colors = Array.from({ length: (width / block) * (height / block) * 3 }, () => 120 + random.below(120));
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return colors[3 * (Math.floor(y / block) * (width / block) + Math.floor(x / block)) + (i % 3)]!;
  });
  return { width, height, data };
}
