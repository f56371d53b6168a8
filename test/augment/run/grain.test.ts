import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planDataset } from '../../../src/augment/layouts/plan-dataset.js';
import { readRecipe } from '../../../src/augment/recipe/recipe.js';
import { UnitProcess } from '../../../src/augment/run/unit-process.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import { silentLogger } from '../../../src/core/logger.js';
import { readRgb, writeImage } from '../../../src/image/image-file.js';
import type { RgbImage } from '../../../src/image/rgb-image.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const [WIDTH, HEIGHT] = [640, 360];

/** What the green of each pixel has beyond the mean of the eight around it: grain, where the day is even. */
function grainOf({ data, width, height }: RgbImage): number[] {
  const green = (x: number, y: number): number => data[3 * (y * width + x) + 1] ?? 0;
  const grain: number[] = [];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      let around = -green(x, y);
      for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) around += green(x + dx, y + dy);
      grain.push(green(x, y) - around / 8);
    }
  }
  return grain;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [product, squareA, squareB] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    const [p, q] = [value - meanA, (b[i] ?? 0) - meanB];
    product += p * q;
    squareA += p * p;
    squareB += q * q;
  }
  return product / Math.sqrt(squareA * squareB);
}

it('gives each image of a folder its own grain, also two images of the same bytes', async () => {
  const input = join(folder, 'day');
  mkdirSync(input);
  const grey = { width: WIDTH, height: HEIGHT, data: new Uint8Array(3 * WIDTH * HEIGHT).fill(150) };
  for (const name of ['one', 'two']) await writeImage(join(input, `${name}.png`), grey);
  const { plan } = await planDataset(new LocalStore(input));
  await using child = await UnitProcess.open({
    input,
    output: join(folder, 'night'),
    logger: silentLogger,
    settings: {
      layout: 'images',
      model: { generator: 'grade', style: 'city-led', device: 'auto', threads: 1 },
      recipe: readRecipe('plain').text,
      ...{ seed: 1, variants: 2, smoothing: 0.9, rejects: 'keep', nights: 'translate' },
      ...{ hasLamps: false, hasLightMasks: false, hasSceneMasks: false },
    },
  });
  const grains: number[][] = [];
  for (const unit of plan.units) {
    for await (const { output } of child.run(unit, () => false)) {
      grains.push(grainOf(await readRgb(join(folder, 'night', output))));
    }
  }
  expect(grains).toHaveLength(4);
  for (const [i, a] of grains.entries()) {
    expect(Math.max(...a.slice(0, 5000)), 'there is grain').toBeGreaterThan(1);
    for (const b of grains.slice(i + 1)) expect(Math.abs(correlation(a, b))).toBeLessThan(0.02);
  }
});
