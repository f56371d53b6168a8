import { writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DatasetPlan, Unit } from '../../../src/augment/dataset.js';
import {
  differencesOf,
  planSha256,
  readRunRecord,
  writeRunRecord,
  type RunRecord,
} from '../../../src/augment/run/run-record.js';
import { isInShard, parseShard, unitsOfShard } from '../../../src/augment/run/shard.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { imagesUnit } from './rows.js';

const folder = temporaryFolder();
const record: RunRecord = {
  format: 1,
  input: 'day',
  every: 1,
  fps: 10,
  settings: {
    layout: 'images',
    model: { generator: 'lit', style: 'city-led', device: 'auto', threads: 1 },
    recipe: '{"version":1,"name":"plain"}',
    ...{ seed: 1, variants: 2, smoothing: 0.9, rejects: 'bin', nights: 'copy' },
    ...{ hasLamps: false, hasLightMasks: false, hasSceneMasks: false },
  },
  origin: {
    ...{ recipe: 'plain', recipeSha256: 'aa', generator: 'lit', generatorVersion: '1', cardSha256: 'bb' },
    nocturne: '0.1.0',
  },
  items: 3,
  planSha256: 'cc',
};

it('is read as it was written, and a damaged one is refused', async () => {
  const store = new LocalStore(join(folder, 'record'));
  expect(await readRunRecord(store)).toBeUndefined();
  await writeRunRecord(store, record);
  expect(await readRunRecord(store)).toEqual(record);
  mkdirSync(join(folder, 'bad/nocturne'), { recursive: true });
  writeFileSync(join(folder, 'bad/nocturne/run.json'), '{"format":1');
  await expect(readRunRecord(new LocalStore(join(folder, 'bad')))).rejects.toThrow(/is not the record of a run/);
});

it('names what differs, and only that', () => {
  const { settings, origin } = record;
  expect(differencesOf(record, { ...record, input: 'the same data, mounted elsewhere' })).toEqual([]);
  expect(differencesOf(record, { ...record, settings: { ...settings, seed: 2 } })).toEqual(['seed (1, now 2)']);
  expect(differencesOf(record, { ...record, settings: { ...settings, hasLamps: true } })).toEqual([
    'lampLabels (false, now true)',
  ]);
  const model = { ...settings.model, style: 'village' };
  expect(differencesOf(record, { ...record, settings: { ...settings, model, nightRange: '{"long":1}' } })).toEqual([
    'style (city-led, now village)',
    'real nights (undefined, now {"long":1})',
  ]);
  expect(differencesOf(record, { ...record, every: 2, items: 2, planSha256: 'dd' })).toEqual(['every (1, now 2)']);
  expect(differencesOf(record, { ...record, origin: { ...origin, nocturne: '0.2.0' } })).toEqual([
    'nocturne (0.1.0, now 0.2.0)',
  ]);
});

it('notices that the input has other files', () => {
  expect(differencesOf(record, { ...record, items: 4, planSha256: 'dd' })).toEqual(['the input (3 items, now 4)']);
  expect(differencesOf(record, { ...record, planSha256: 'dd' })).toEqual(['the files of the input']);
});

it('has another plan hash for each change of items, units and copies, none for notices', () => {
  const plan: DatasetPlan = {
    ...{ layout: 'images', evidence: 'x', notices: [] },
    units: [imagesUnit(0, ['a', 'b'])],
    copies: [{ path: 'c', role: 'other' }],
  };
  const variants: DatasetPlan[] = [
    { ...plan, units: [imagesUnit(0, ['a']), imagesUnit(1, ['b'])] },
    { ...plan, units: [imagesUnit(0, ['a', 'd'])] },
    { ...plan, units: [imagesUnit(0, ['a', 'b'], ['label'])] },
    { ...plan, units: [{ ...imagesUnit(0, ['a', 'b']), kind: 'sequence' }] },
    { ...plan, copies: [] },
    { ...plan, copies: [{ path: 'c', role: 'other', isRewritten: true }] },
  ];
  const hashes = new Set([plan, ...variants].map(planSha256));
  expect(hashes.size).toBe(7);
  expect(planSha256({ ...plan, notices: ['a line'] })).toBe(planSha256(plan));
});

it('divides a run into parts that miss and share nothing', () => {
  const parts = ['1/3', '2/3', '3/3'].map(parseShard);
  for (let copy = 0; copy < 10; copy++) expect(parts.filter((part) => isInShard(part, copy))).toHaveLength(1);
  const sequence = (index: number): Unit => ({ ...imagesUnit(index, [`s${index}`, `t${index}`]), kind: 'sequence' });
  const units = [sequence(0), imagesUnit(1, ['a', 'b', 'c', 'd']), sequence(2), imagesUnit(3, ['e']), sequence(4)];
  const shares = parts.map((part) => unitsOfShard(units, part));
  expect(
    shares.map((share) => share.map((unit) => `${unit.index}:${unit.items.map(({ id }) => id).join('')}`)),
  ).toEqual([
    ['0:s0t0', '1:ad'],
    ['1:b', '2:s2t2', '3:e'],
    ['1:c', '4:s4t4'],
  ]);
  for (const text of ['0/3', '4/3', '1/0', 'a/b', '1', '-1/3', '1/3x', '']) {
    expect(() => parseShard(text)).toThrow(/--shard must be a part I of N/);
  }
});
