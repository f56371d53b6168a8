import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { readShard, roleOf } from '../../../src/augment/layouts/webdataset-shard.js';
import { webdataset } from '../../../src/augment/layouts/webdataset.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { planDataset } from '../../../src/augment/layouts/plan-dataset.js';
import { noisyJpeg, writtenTree } from './written-tree.js';

/** A tar file of members in order. */
async function tarOf(members: readonly (readonly [name: string, content: string | Buffer])[]): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of members) tar.entry({ name, mode: 0o640, mtime: new Date(1_600_000_000_000) }, content);
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array); // streamx types its chunks loosely
  return Buffer.concat(chunks);
}

const LONG = `${'a-very-long-folder-name/'.repeat(8)}0001`;

describe('webdataset', () => {
  it('plans each shard as a unit, with an item for each image and a label image left alone', async () => {
    const tree = await writtenTree({
      'train-000000.tar': await tarOf([
        ['0000.jpg', await noisyJpeg(1)],
        ['0000.cls', '3'],
        ['0000.seg.png', 'a mask'],
        ['0001.json', '{}'],
        ['0001.left.jpg', await noisyJpeg(2)],
        ['0001.right.jpg', await noisyJpeg(3)],
        ['0002.txt', 'no image'],
      ]),
      'train-000001.tar': await tarOf([
        ['a/0000.png', 'x'],
        ['a/0000.png', 'y'],
        ['b/0000.bmp', 'z'],
      ]),
      'train-000000.idx': 'v1.2 4\n',
      'old.tar.gz': 'packed',
      'texts.tar': await tarOf([['0.txt', 'words']]),
      LICENSE: 'free',
    });
    expect(await webdataset.detect(tree)).toBe('3 tar shards');
    expect((await planDataset(tree.store)).layout.name).toBe('webdataset');
    const { units, copies, notices } = await webdataset.plan(tree, {});
    expect(units.map(({ kind, items }) => [kind, items.map(({ id }) => id)])).toEqual([
      ['shard', ['train-000000.tar/0000.jpg', 'train-000000.tar/0001.left.jpg', 'train-000000.tar/0001.right.jpg']],
      ['shard', ['train-000001.tar/a/0000.png', 'train-000001.tar/a/0000#2.png']],
    ]);
    expect(units[0]?.items[0]).toMatchObject({
      kind: 'image',
      source: 'train-000000.tar',
      output: 'train-000000.tar',
      labels: [],
    });
    expect(copies).toEqual([
      { path: 'LICENSE', role: 'other' },
      { path: 'texts.tar', role: 'other' },
    ]);
    expect(notices).toEqual([
      'texts.tar has no images that can become night: copied as it is',
      'train-000000.tar: 1 of 3 samples have no image that can become night',
      'train-000001.tar: 1 of 2 samples have no image that can become night',
      '1 compressed shard, left out (unpack it: gunzip): old.tar.gz',
      '1 image in a shard in a format that is not written, copied as it is: train-000001.tar/b/0000.bmp',
      '1 index of places in a day shard, left out (make it again from the night shard): train-000000.idx',
    ]);
  });

  it('leaves out a shard that ends early or is none, in one line, and plans the rest', async () => {
    const whole = await tarOf([['0.jpg', await noisyJpeg(1, 64)]]);
    const tree = await writtenTree({
      'a.tar': whole.subarray(0, 1500),
      'b.tar': 'no tar file at all'.repeat(100),
      'c.tar': whole,
    });
    const { units, notices } = await webdataset.plan(tree, {});
    expect(units.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(['c.tar/0.jpg']);
    expect(notices).toEqual([
      'left out: a.tar cannot be read as a tar file: Unexpected end of data.',
      expect.stringMatching(/^left out: b\.tar cannot be read as a tar file: Invalid tar header/),
    ]);
  });

  it('finds the place of every member, with long names, empty ones and folders between', async () => {
    const folder = temporaryFolder();
    const contents = {
      [`${LONG}.jpg`]: await noisyJpeg(5, 40),
      [`${LONG}.txt`]: Buffer.alloc(0),
      'ü.cls': Buffer.from('7'),
    };
    const tar = pack();
    tar.entry({ name: 'folder/', type: 'directory' });
    for (const [name, content] of Object.entries(contents)) tar.entry({ name }, content);
    tar.finalize();
    const chunks: Uint8Array[] = [];
    for await (const chunk of tar) chunks.push(chunk as Uint8Array); // streamx types its chunks loosely
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 's.tar'), Buffer.concat(chunks));
    const bytes = readFileSync(join(folder, 's.tar'));
    const members = (await readShard(join(folder, 's.tar'), 's.tar')).flatMap((sample) => sample.members);
    const read = members.map(
      ({ name, dataStart, bytes: size }) => [name, bytes.subarray(dataStart, dataStart + size)] as const,
    );
    expect(Object.fromEntries(read.slice(1))).toEqual(contents);
    expect(members[0]).toMatchObject({ isFile: false, bytes: 0, headerStart: 0 });
  });

  it('gives every member a path of its own inside the shard, whatever its name', async () => {
    const folder = temporaryFolder();
    const names = ['./a.jpg', 'a.jpg', '../../a.jpg', '/etc/b.jpg', 'c//d/../e.jpg', './'];
    writeFileSync(join(folder, 's.tar'), await tarOf(names.map((name) => [name, 'x'] as const)));
    const samples = await readShard(join(folder, 's.tar'), 's.tar');
    const members = samples.flatMap((sample) => sample.members);
    expect(members.map(({ id }) => id).slice(0, 5)).toEqual([
      ...['s.tar/a.jpg', 's.tar/a#2.jpg', 's.tar/a#3.jpg', 's.tar/etc/b.jpg', 's.tar/c/e.jpg'],
    ]);
    expect(members.map(({ name }) => name)).toEqual(names);
  });

  it.each([
    ['0001.jpg', 'image'],
    ['a/b.c/0001.front.JPEG', 'image'],
    ['0001.seg.png', 'labelImage'],
    ['0001.front_depth.png', 'labelImage'],
    ['0001.mask.jpg', 'labelImage'],
    ['0001.bmp', 'unwritable'],
    ['0001.json', 'json'],
    ['0001.cls', 'other'],
    ['._0001.jpg', 'other'],
    ['masks.jpg', 'image'],
  ])('takes %s as %s', (name, role) => {
    expect(roleOf(name)).toBe(role);
  });
});
