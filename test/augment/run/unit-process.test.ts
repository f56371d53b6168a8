import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { planDataset } from '../../../src/augment/layouts/plan-dataset.js';
import type { DatasetPlan, Unit } from '../../../src/augment/dataset.js';
import { readRecipe } from '../../../src/augment/recipe/recipe.js';
import { UnitLane } from '../../../src/augment/run/unit-lane.js';
import { UnitProcess } from '../../../src/augment/run/unit-process.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import type { ItemRow } from '../../../src/augment/unit/item-row.js';
import type { UnitSettings } from '../../../src/augment/unit/unit-settings.js';
import { silentLogger } from '../../../src/core/logger.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { hashesOf, yoloSet } from './day-set.js';

const folder = temporaryFolder();
const input = join(folder, 'day');
const IMAGES = 6;
const settings: UnitSettings = {
  layout: 'yolo',
  model: { generator: 'grade', style: 'city-led', device: 'auto', threads: 1 },
  recipe: readRecipe('varied').text,
  ...{ seed: 3, variants: 2, smoothing: 0.9, rejects: 'keep', nights: 'copy' },
  ...{ hasLamps: false, hasLightMasks: false, hasSceneMasks: false },
};
let plan: DatasetPlan;
let unit: Unit;

beforeAll(async () => {
  await yoloSet(input, IMAGES);
  ({ plan } = await planDataset(new LocalStore(input)));
  unit = plan.units[0] as Unit; // of six images
});

function open(name: string, limits = {}): Promise<UnitProcess> {
  return UnitProcess.open({ input, output: join(folder, name), settings, logger: silentLogger, limits });
}

const nothingDone = (): boolean => false;

async function collect(rows: AsyncIterable<ItemRow>): Promise<string[]> {
  const names: string[] = [];
  for await (const { item, variant } of rows) names.push(`${item} ${variant}`);
  return names;
}

it('makes one row for each night that is not done, unit after unit', async () => {
  await using child = await open('units');
  const skips = (item: string, variant: number): boolean => item.endsWith('street-b.png') || variant === 1;
  const first = await collect(child.run(unit, skips));
  expect(first).toEqual(['a', 'c', 'd', 'e', 'f'].map((name) => `images/street-${name}.png 0`));
  expect(child.isUsable).toBe(true);
  expect(await collect(child.run(unit, (item, variant) => !skips(item, variant)))).toHaveLength(7);
  expect(Object.keys(hashesOf(join(folder, 'units')))).toHaveLength(2 * IMAGES);
});

it('reports a process that dies, and one that hangs', async () => {
  await using dying = await open('dying');
  await expect(
    (async () => {
      for await (const made of dying.run(unit, nothingDone))
        if (made.variant === 0) process.kill(dying.pid ?? 0, 'SIGKILL');
    })(),
  ).rejects.toMatchObject({ code: 'WORKER_DIED', message: expect.stringContaining('SIGKILL') as string });
  expect(dying.isUsable).toBe(false);
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  await dying.stop();
  expect(timers(), 'what is gone keeps nobody alive').toBe(before);
  await using hanging = await open('hanging', { silentMs: 10_000 });
  await expect(
    (async () => {
      for await (const made of hanging.run(unit, nothingDone))
        if (made.variant === 0) process.kill(hanging.pid ?? 0, 'SIGSTOP');
    })(),
  ).rejects.toMatchObject({ code: 'WORKER_DIED', message: expect.stringMatching(/sent nothing for \d+ s/) as string });
});

it('ends with its unit unfinished when it is stopped, and leaves nothing half', async () => {
  const child = await open('stopped');
  const stopping = (async () => {
    for await (const made of child.run(unit, nothingDone)) if (made.variant === 0) void child.stop();
  })();
  await expect(stopping).rejects.toMatchObject({ code: 'ABORTED' });
  const whole = Object.values(hashesOf(join(folder, 'units')));
  for (const hash of Object.values(hashesOf(join(folder, 'stopped')))) expect(whole).toContain(hash);
});

it('rejects with what it cannot open', async () => {
  const model = { ...settings.model, generator: 'no-such-model' };
  const options = { input, output: folder, settings: { ...settings, model }, logger: silentLogger };
  await expect(UnitProcess.open(options)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
});

it('is replaced in its lane, which makes every night once and with the same bytes', async () => {
  const children: UnitProcess[] = [];
  await using lane = new UnitLane({
    open: async () => {
      const child = await open('lane');
      children.push(child);
      return child;
    },
    failedRow: () => Promise.reject(new Error('no item is at fault')),
    variants: 2,
    logger: silentLogger,
  });
  const rows: string[] = [];
  for await (const { item, variant } of lane.run(unit, nothingDone)) {
    rows.push(`${item} ${variant}`);
    const child = children.at(-1);
    if (rows.length === 3 && child?.pid !== undefined) process.kill(child.pid, 'SIGKILL');
  }
  expect(children).toHaveLength(2);
  expect(rows.toSorted()).toEqual(
    plan.units.flatMap(({ items }) => items.flatMap(({ id }) => [`${id} 0`, `${id} 1`])).toSorted(),
  );
  // What the killed process was writing is hidden; the run removes it.
  const shown = Object.entries(hashesOf(join(folder, 'lane'))).filter(([path]) => !/(^|\/)\./.test(path));
  expect(Object.fromEntries(shown)).toEqual(hashesOf(join(folder, 'units')));
});
