import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRecipe } from '../../../src/augment/recipe/recipe.js';
import type { Unit } from '../../../src/augment/dataset.js';
import { Frame } from '../../../src/core/frame.js';
import { Random } from '../../../src/core/random.js';
import { exportKeyPatch } from '../../../src/train/export/export-key-patch.js';
import { keyPatchTraces } from '../../../src/train/models/key-patch.js';
import { sizeOf } from '../../../src/train/networks/trace.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { runUnit, unitOf, unitSettings, writeStreet } from './set-of-street.js';

const SIDE = 16;
const FILTERS = 4;
/** Labelled object of the first image: left, top, width, height in shares. */
const BOX = { x: 0.3, y: 0.4, width: 0.25, height: 0.4 };

const folder = temporaryFolder();
const from = join(folder, 'day');
let unit: Unit;

/** A YOLO set of two images, the first with one object, and a network of random weights beside a recipe that names it. */
beforeAll(async () => {
  const names = await writeStreet(join(from, 'images'), 2);
  mkdirSync(join(from, 'labels'));
  const { x, y, width, height } = BOX;
  writeFileSync(join(from, 'labels/000.txt'), `0 ${x + width / 2} ${y + height / 2} ${width} ${height}\n`);
  writeFileSync(join(from, 'labels/001.txt'), '');
  const items = unitOf('images', names).items.map((item) => ({
    ...{ ...item, id: `images/${item.id}`, source: `images/${item.id}`, output: `images/${item.id}` },
    labels: [`labels/${item.id.replace('.png', '.txt')}`],
  }));
  unit = { index: 0, kind: 'images', items };
  const random = new Random(9);
  const { parameters, statistics } = keyPatchTraces({ side: SIDE, filters: FILTERS, filtersD: FILTERS }).generator;
  const valueOf = (name: string): number =>
    /scale|variance/.test(name) ? random.between(0.5, 1.5) : 0.4 * random.normal();
  const weights = new Map(
    [...parameters, ...statistics].map(({ name, shape }) => [
      name,
      Float32Array.from({ length: sizeOf(shape) }, () => valueOf(name)),
    ]),
  );
  const out = join(folder, 'patches');
  const card = { name: 'patches', version: '2.0.0', description: 'random', side: SIDE, patches: [1, 3] as const };
  await exportKeyPatch({ ...card, weights, filters: FILTERS, out });
});
afterAll(() => expect(Frame.liveCount).toBe(0));

function settingsOf(background: object): ReturnType<typeof unitSettings> {
  const path = join(folder, 'recipe.json');
  const plain = { version: 1, name: 'test', grain: { choices: [0] } };
  writeFileSync(path, JSON.stringify({ ...plain, ...background }));
  const model = { generator: 'grade', style: 'city-led', device: 'auto', threads: 1 } as const;
  return unitSettings({ layout: 'yolo', model, recipe: readRecipe(path).text });
}

describe('made backgrounds', () => {
  it('keep the labelled objects where they are, make the rest, and say so in the row', async () => {
    const [plain, made, again] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    const anew = settingsOf({ background: { model: 'patches' } });
    await runUnit({ from, to: plain }, unit, settingsOf({}));
    const rows = await runUnit({ from, to: made }, unit, anew);
    expect(rows[0]!.draw.background).toEqual({ model: join(folder, 'patches') });
    expect(rows[0]!.losses).toContain('the background is synthetic: made at 16x16 by patches 2.0.0');
    expect(rows[0]!.scores).not.toHaveProperty('structure');
    const difference = await differenceOf(join(plain, rows[0]!.output), join(made, rows[0]!.output));
    expect(difference.inside).toBeLessThan(2); // what the chroma of a box's edge takes
    expect(difference.outside).toBeGreaterThan(15);
    const [first] = await runUnit({ from, to: again }, unit, anew);
    expect(first!.outputSha256).toBe(rows[0]!.outputSha256);
  });

  it('leave an image without objects as its own night, and say nothing of a background there', async () => {
    const [plain, made] = [temporaryFolder(), temporaryFolder()];
    const [, row] = await runUnit({ from, to: made }, unit, settingsOf({ background: { model: 'patches' } }));
    const [, own] = await runUnit({ from, to: plain }, unit, settingsOf({}));
    expect(row!.draw).not.toHaveProperty('background');
    expect(row!.losses.join()).not.toContain('synthetic');
    expect(row!.outputSha256).toBe(own!.outputSha256);
  });

  it('are not made for frames of a sequence', async () => {
    const items = unit.items.map((item, i) => ({ ...item, scene: 'street', timeS: i / 10 }));
    const settings = settingsOf({ background: { model: 'patches' } });
    const rows = await runUnit({ from, to: temporaryFolder() }, { ...unit, kind: 'sequence', items }, settings);
    for (const { draw, losses } of rows) {
      expect(draw).not.toHaveProperty('background');
      expect(losses.join()).not.toContain('synthetic');
    }
  });

  it('need a network that is there', async () => {
    const settings = settingsOf({ background: { model: 'missing' } });
    await expect(runUnit({ from, to: temporaryFolder() }, unit, settings)).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
    });
  });
});

/** Mean absolute differences of two images, 0 to 255: inside the object, and farther from it than the fade. */
async function differenceOf(a: string, b: string): Promise<{ readonly inside: number; readonly outside: number }> {
  const [first, second] = await Promise.all([a, b].map((path) => sharp(path).removeAlpha().raw().toBuffer()));
  const sums = { inside: [0, 0], outside: [0, 0] };
  for (let row = 0; row < 180; row++) {
    for (let column = 0; column < 320; column++) {
      const [x, y] = [column / 320, row / 180];
      const within = (margin: number): boolean =>
        x > BOX.x - margin && x < BOX.x + BOX.width + margin && y > BOX.y - margin && y < BOX.y + BOX.height + margin;
      const part = within(-0.02) ? sums.inside : within(0.05) ? undefined : sums.outside;
      if (!part) continue;
      for (let c = 0; c < 3; c++) {
        const at = 3 * (row * 320 + column) + c;
        part[0]! += Math.abs(first![at]! - second![at]!);
        part[1]! += 1;
      }
    }
  }
  const mean = ([sum = 0, count = 1]: number[]): number => sum / count;
  return { inside: mean(sums.inside), outside: mean(sums.outside) };
}
