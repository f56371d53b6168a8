import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { NocturneError } from '../../../src/core/errors.js';
import type { FileCopy, Item } from '../../../src/augment/dataset.js';
import { SetCopies } from '../../../src/augment/run/set-copies.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { row } from './rows.js';

const folder = temporaryFolder();
const input = join(folder, 'in');
for (const name of ['classes.txt', 'labels/a.txt', 'labels/b.txt', 'labels/all.json', 'LICENCE ü']) {
  mkdirSync(dirname(join(input, name)), { recursive: true });
  writeFileSync(join(input, name), `bytes of ${name}`);
}
const item = (id: string, labels: readonly string[]): Item => ({ id, kind: 'image', source: id, output: id, labels });
const items = [item('a.jpg', ['labels/a.txt']), item('b.jpg', ['labels/b.txt'])];
const copies: FileCopy[] = [
  { path: 'LICENCE ü', role: 'other' },
  { path: 'classes.txt', role: 'label' },
  { path: 'labels/a.txt', role: 'label' },
  { path: 'labels/all.json', role: 'label', isRewritten: true },
  { path: 'labels/b.txt', role: 'label', isRewritten: true },
];
/** Writes which items it was given. */
const layout = {
  rewrite: (copy: FileCopy, bytes: Uint8Array, given: readonly Item[]): Promise<Uint8Array> =>
    Promise.resolve(Buffer.from(`night of ${given.map(({ id }) => id).join()}: ${Buffer.from(bytes).toString()}`)),
};

function open(name: string, variants: number, rejects: 'bin' | 'keep' = 'bin'): { set: SetCopies; root: string } {
  const root = join(folder, name);
  const output = new LocalStore(root);
  const settings = { variants, rejects };
  return { root, set: new SetCopies({ input: new LocalStore(input), output, layout, items, copies, settings }) };
}

function filesIn(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]));
}

const signal = new AbortController().signal;

it('copies what belongs to no item alone into every variant, and passes it through the layout where it says so', async () => {
  const { set, root } = open('shared', 2);
  expect(await set.copyShared(signal)).toBe(3);
  const one = {
    'LICENCE ü': 'bytes of LICENCE ü',
    'classes.txt': 'bytes of classes.txt',
    'labels/all.json': 'night of a.jpg,b.jpg: bytes of labels/all.json',
  };
  const both = [0, 1].flatMap((k) => Object.entries(one).map(([path, text]) => [`variant-${k}/${path}`, text]));
  expect(filesIn(root)).toEqual(Object.fromEntries(both));
});

it('divides copies between parts without a gap', async () => {
  const { set, root } = open('parts', 1);
  for (const part of [0, 1]) await set.copyShared(signal, (number) => number % 2 === part);
  expect(Object.keys(filesIn(root)).sort()).toEqual(['LICENCE ü', 'classes.txt', 'labels/all.json']);
});

it('lets labels of an item follow its night', async () => {
  const { set, root } = open('follow', 1);
  const [a, b] = items as [Item, Item]; // two
  await set.copyLabelsOf(row('a.jpg'), a);
  await set.copyLabelsOf(row('b.jpg', 0, { verdict: 'rejected', output: 'nocturne/rejected/b.jpg' }), b);
  expect(filesIn(root)).toEqual({
    'labels/a.txt': 'bytes of labels/a.txt',
    'nocturne/rejected/labels/b.txt': 'night of b.jpg: bytes of labels/b.txt',
  });
});

it('keeps labels of rejected nights that stay, and copies none of an item that failed', async () => {
  const { set, root } = open('keep', 2, 'keep');
  const [a, b] = items as [Item, Item]; // two
  await set.copyLabelsOf(row('a.jpg', 1, { verdict: 'rejected' }), a);
  await set.copyLabelsOf(row('b.jpg', 1, { verdict: 'failed', output: '' }), b);
  expect(filesIn(root)).toEqual({ 'variant-1/labels/a.txt': 'bytes of labels/a.txt' });
});

it('takes back the night of an item whose label is damaged, and says why', async () => {
  const { root } = open('damaged', 1);
  const output = new LocalStore(root);
  const damaged = {
    rewrite: (): Promise<Uint8Array> =>
      Promise.reject(new NocturneError({ code: 'INPUT_UNSUPPORTED', stage: 'ingest', message: 'b.txt is no label.' })),
  };
  const settings = { variants: 1, rejects: 'bin' as const };
  const set = new SetCopies({ input: new LocalStore(input), output, layout: damaged, items, copies, settings });
  for (const path of ['b.jpg', 'nocturne/lamps/b.jpg.json']) await output.write(path, Buffer.from('night'));
  const b = item('b.jpg', ['labels/a.txt', 'labels/b.txt']);
  const both = new SetCopies({ input: new LocalStore(input), output, layout: damaged, items: [b], copies, settings });
  expect(await both.copyLabelsOf(row('b.jpg'), b)).toMatchObject({
    ...{ item: 'b.jpg', verdict: 'failed', reason: 'its label b.txt is no label' },
    ...{ output: '', outputSha256: '', outputBytes: 0 },
  });
  expect(filesIn(root)).toEqual({});
  // A label without a fault leaves the row as it is.
  expect(await set.copyLabelsOf(row('a.jpg'), items[0] as Item)).toEqual(row('a.jpg'));
});
