import { beforeAll, describe, expect, it } from 'vitest';
import { planDataset } from '../../../src/augment/layouts/plan-dataset.js';
import { NocturneError } from '../../../src/core/errors.js';
import type { Store } from '../../../src/augment/store/store.js';
import { cameraImage, isWhole, itemOf, itemsOf, maskImage, memoryStore, planOf, rolesOf } from './support.js';

let day: Buffer;
let mask: Buffer;

beforeAll(async () => {
  day = await cameraImage(1, { format: 'jpeg' });
  mask = await maskImage(1);
});

/** The one line that refuses a set. */
async function refusalOf(planned: Promise<unknown>): Promise<string> {
  const error: unknown = await planned.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NocturneError);
  return (error as NocturneError).toLine();
}

describe('trees without labels', () => {
  it('plans images in units of 16 in natural order, copies the rest', async () => {
    const images = Array.from({ length: 40 }, (_, i) => `day/${i * i + 1}x.jpg`);
    const files = { ...Object.fromEntries(images.map((path) => [path, day])), 'README.md': 'x', 'day/2x.json': '{}' };
    const plan = await planOf(files);
    expect([plan.layout, plan.evidence]).toEqual(['images', '40 images, in no layout of labels that is known']);
    expect(plan.units.map(({ kind, items }) => [kind, items.length])).toEqual([
      ['images', 16],
      ['images', 16],
      ['images', 8],
    ]);
    expect(itemsOf(plan).map(({ id }) => id)).toEqual(images);
    expect(itemOf(plan, 'day/2x.jpg')).toEqual({
      ...{ id: 'day/2x.jpg', kind: 'image', source: 'day/2x.jpg', output: 'day/2x.jpg', labels: ['day/2x.json'] },
    });
    expect(rolesOf(plan)).toEqual({ 'README.md': 'other', 'day/2x.json': 'label' });
    expect(isWhole(plan, files)).toBe(true);
    expect(await planOf(files)).toEqual(plan);
  });

  it('plans videos, and a mix of videos and images as one set', async () => {
    const videos = { 'a/clip.mp4': 'x', 'b/clip.WMV': 'x', 'a/clip.json': '{}' };
    const plan = await planOf(videos);
    expect([plan.layout, plan.evidence]).toEqual(['videos', '2 videos and no image']);
    expect(itemsOf(plan).map(({ kind, output, labels }) => [kind, output, labels])).toEqual([
      ['video', 'a/clip.mp4', ['a/clip.json']],
      ['video', 'b/clip.mp4', []],
    ]);
    const mixed = await planOf({ ...videos, 'c/1.jpg': day, 'masks/1.png': mask });
    expect([mixed.layout, mixed.evidence]).toEqual(['masks', expect.stringContaining('masks/1.png of c/1.jpg')]);
    const plain = await planOf({ ...videos, 'c/1.jpg': day });
    expect([plain.layout, plain.evidence]).toEqual([
      'images',
      '1 image and 2 videos, in no layout of labels that is known',
    ]);
    expect(plain.units.map(({ kind }) => kind)).toEqual(['video', 'video', 'images']);
    expect(isWhole(plain, { ...videos, 'c/1.jpg': day })).toBe(true);
  });
});

describe('names', () => {
  it('keeps .JPG and unicode, very long paths and names with # and spaces', async () => {
    const long = `${'folder-with-a-long-name/'.repeat(40)}x.jpg`;
    const files = { 'a/IMG_1.JPG': day, 'ü/日本 #1.jpeg': day, 'a b/c.Tiff': day, [long]: day };
    const plan = await planOf(files);
    expect(
      itemsOf(plan)
        .map(({ output }) => output)
        .toSorted(),
    ).toEqual(Object.keys(files).toSorted());
    expect(plan.notices).toEqual([]);
  });

  it('formats that are not written become PNG, and lists of names are rewritten', async () => {
    const plan = await planOf({ 'a/one.bmp': day, 'a/two.ppm': day, 'a/three.jpg': day, 'train.txt': 'a/one.bmp' });
    expect(itemsOf(plan).map(({ output }) => output)).toEqual(['a/one.png', 'a/three.jpg', 'a/two.png']);
    expect(plan.copies).toEqual([{ path: 'train.txt', role: 'other', isRewritten: true }]);
    expect(plan.notices).toEqual([
      '2 files in a format that cannot be written (.bmp to .png, .ppm to .png): a/one.bmp, a/two.ppm',
    ]);
  });

  it('rewrites only the names that change, byte for byte', async () => {
    const store = memoryStore({ 'a/one.bmp': day, 'b/one.jpg': day, 'b/two.bmp': day, 'list.txt': 'x' });
    const { plan, layout } = await planDataset(store);
    const old = Buffer.from('/home/ü/a/one.bmp  0\r\nb/one.jpg,"two.bmp";c/one.bmp\n\xff', 'latin1');
    const night = await layout.rewrite!({ path: 'list.txt', role: 'other', isRewritten: true }, old, itemsOf(plan));
    expect(Buffer.from(night).toString('latin1')).toBe('/home/ü/a/one.png  0\r\nb/one.jpg,"two.png";c/one.bmp\n\xff');
  });

  it('a night never replaces another file: it keeps its source’s extension, and is listed', async () => {
    const files = { 'a/one.bmp': day, 'a/one.png': day, 'a/one.ppm': day };
    const plan = await planOf(files);
    expect(itemsOf(plan).map(({ output }) => output)).toEqual(['a/one.bmp.png', 'a/one.png', 'a/one.ppm.png']);
    expect(plan.notices).toContain(
      "2 nights under the source's extension and its own, for another file has the name: a/one.bmp.png, a/one.ppm.png",
    );
    const taken = await planOf({ ...files, 'a/one.bmp.png': day });
    expect(itemsOf(taken).map(({ output }) => output)).toEqual([
      ...['a/one.bmp.png.png', 'a/one.bmp.png', 'a/one.png', 'a/one.ppm.png'],
    ]);
  });

  it('lists names that differ only in case or accents', async () => {
    const files = { 'a/X.jpg': day, 'a/x.jpg': day, ['a/\u00e9.jpg']: day, ['a/e\u0301.jpg']: day };
    const plan = await planOf(files);
    expect(isWhole(plan, files)).toBe(true);
    expect(plan.notices).toEqual([
      expect.stringMatching(/^2 names like another's but for case or the coding of accents/),
    ]);
  });

  it('leaves out what an earlier night set added', async () => {
    const plan = await planOf({ 'a.jpg': day, 'nocturne/manifest.jsonl': '', 'nocturne/light-masks/a.png': mask });
    expect(itemsOf(plan)).toHaveLength(1);
    expect(plan.copies).toEqual([]);
    expect(plan.notices).toEqual(['left out 2 files in nocturne/: a night set has its own']);
  });
});

describe('refusals, one line each', () => {
  it.each([
    [{}, 'SET holds no files. Check that it is the right folder. [INPUT_NOT_VIDEO]'],
    [
      { 'a.txt': 'x' },
      'SET holds 1 file, none of them an image or video. Check that it is the right folder. [INPUT_NOT_VIDEO]',
    ],
  ])('%o', async (files, line) => {
    expect(await refusalOf(planOf(files))).toBe(line);
  });

  it('a tree of masks alone', async () => {
    expect(await refusalOf(planOf({ 'masks/1.png': mask, 'x/2.png': mask }))).toContain(
      'SET holds 2 label images (masks, depth, flow), copied as they are, and no image that could become night.',
    );
  });

  it('a named layout that does not fit', async () => {
    expect(await refusalOf(planOf({ 'a.jpg': day }, { layout: 'kitti' }))).toBe(
      'SET is no kitti set: expected folders image_2, image_02 or image_0 beside label_2, calib, velodyne or times. ' +
        'Leave --layout out to have it detected, or name another. [INPUT_UNSUPPORTED]',
    );
  });
});

it('plans 100,000 labelled images without reading them all', async () => {
  const paths = Array.from(
    { length: 100_000 },
    (_, i) => `images/part${i % 10}/${((i * i * 7919) % 99_999_989) * 100_000 + i}.jpg`,
  );
  const files = paths.flatMap((path) => [path, path.replace('images/', 'labels/').replace('.jpg', '.txt')]);
  let reads = 0;
  const store: Store = {
    ...memoryStore({}),
    list: () => Promise.resolve({ files: files.map((path) => ({ path, bytes: 1 })), notices: [] }),
    read: (path) => {
      reads++;
      return Promise.resolve(path.endsWith('.txt') ? Buffer.from('0 0.5 0.5 0.1 0.1\n') : day);
    },
  };
  const { plan } = await planDataset(store);
  expect([plan.layout, itemsOf(plan).length, plan.copies.length]).toEqual(['yolo', 100_000, 100_000]);
  expect(itemsOf(plan).every(({ labels }) => labels.length === 1)).toBe(true);
  expect(reads).toBeLessThan(1000);
});
