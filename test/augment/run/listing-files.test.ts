import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import type { FileCopy, Item } from '../../../src/augment/dataset.js';
import { listingNotice } from '../../../src/augment/run/listing-files.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const files: Record<string, string> = {
  'annotations/instances.json': '{"images":[{"file_name":"day/a-1.jpg"},{"file_name":"day/b.jpg"}]}',
  'annotations/others.json': '{"images":[{"file_name":"day/a-11.jpg"},{"file_name":"day/xa-1.jpg"}]}',
  'ImageSets/train.txt': 'b\na-1\n',
  'classes.txt': 'car\nbus\n',
  'labels/a-1.txt': 'a-1 0 0 1 1\n',
};
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
const copies = Object.keys(files).map((path): FileCopy => ({ path, role: 'label' }));
const items: Item[] = ['a-1', 'b'].map((name) => {
  return {
    id: name,
    kind: 'image',
    source: `day/${name}.jpg`,
    output: `day/${name}.jpg`,
    labels: [`labels/${name}.txt`],
  };
});
const input = new LocalStore(folder);

it('names the label files of many images that list a night which is not in the set', async () => {
  const missing = ['day/a-1.jpg'];
  expect(await listingNotice({ input, copies, items, missing, rejected: 1, failed: 0 })).toEqual([
    '1 rejected of the nights are not in the set, and annotations/instances.json, ImageSets/train.txt list them all the same: ' +
      'leave them out by their verdict in nocturne/manifest.jsonl, or keep rejected nights with --rejects keep',
  ]);
  const [failed] = await listingNotice({ input, copies, items, missing, rejected: 0, failed: 2 });
  expect(failed).toMatch(/^2 failed of .* by their verdict in nocturne\/manifest\.jsonl$/);
});

it('is silent where nothing is missing, or where no file lists what is', async () => {
  expect(await listingNotice({ input, copies, items, missing: [], rejected: 0, failed: 0 })).toEqual([]);
  expect(await listingNotice({ input, copies, items, missing: ['day/c.jpg'], rejected: 1, failed: 0 })).toEqual([]);
});
