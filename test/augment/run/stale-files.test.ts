import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeStaleFiles } from '../../../src/augment/run/stale-files.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const { pid: deadId } = spawnSync(process.execPath, ['-e', '']);

function tree(name: string): string {
  const root = join(folder, name);
  mkdirSync(join(root, 'images/deep'), { recursive: true });
  writeFileSync(join(root, `images/deep/.a.nocturne-${deadId}-3.png`), '');
  writeFileSync(join(root, `.run.nocturne-${deadId}-12`), '');
  writeFileSync(join(root, `images/.b.nocturne-${process.pid}-1.png`), '');
  writeFileSync(join(root, `images/c.nocturne-${deadId}-1.png`), '');
  writeFileSync(join(root, 'images/.hidden'), '');
  return root;
}

function filesIn(root: string): string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ name }) => name).sort();
}

it('removes files of dead processes, in every folder, and no others', async () => {
  const root = tree('own');
  expect(await removeStaleFiles(root, false)).toBe(2);
  expect(filesIn(root)).toEqual([`.b.nocturne-${process.pid}-1.png`, '.hidden', `c.nocturne-${deadId}-1.png`]);
});

it('leaves young files that another machine may be writing', async () => {
  const root = tree('shared');
  const old = new Date(Date.now() - 2 * 3_600_000);
  utimesSync(join(root, `.run.nocturne-${deadId}-12`), old, old);
  expect(await removeStaleFiles(root, true)).toBe(1);
  expect(filesIn(root)).toContain(`.a.nocturne-${deadId}-3.png`);
});
