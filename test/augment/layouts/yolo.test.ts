import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { planDataset } from '../../../src/augment/layouts/plan-dataset.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import { footage } from '../../support/footage.js';
import { cameraImage, isWhole, itemOf, itemsOf, maskImage, planOf, rolesOf, type Files } from './support.js';

const LABEL = '1 0.5 0.5 0.25 0.5\n0 0.125 0.25 0.25 0.5 0.9\n';
let day: Buffer;

beforeAll(async () => {
  day = await cameraImage(1, { format: 'jpeg' });
});

/** A set on disk, for what reads headers of images. */
function localSet(files: Files): LocalStore {
  const folder = mkdtempSync(join(tmpdir(), 'nocturne-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return new LocalStore(folder);
}

describe('where labels are', () => {
  it.each([
    ['mirrored by split inside', 'images/train/NAME.jpg', 'labels/train/NAME.txt'],
    ['mirrored by split outside', 'train/images/NAME.jpg', 'train/labels/NAME.txt'],
    ['mirrored without splits', 'images/NAME.JPG', 'labels/NAME.txt'],
    ['beside the image', 'obj_train_data/NAME.png', 'obj_train_data/NAME.txt'],
    ['flat', 'NAME.jpg', 'NAME.txt'],
  ])('%s', async (_, image, label) => {
    const names = ['a', 'b_mask_shop', 'ü 1', 'x.rf.0eca08'];
    const files: Record<string, Uint8Array | string> = { 'classes.txt': 'bus\ncar\n', LICENSE: 'x' };
    for (const name of names) {
      files[image.replace('NAME', name)] = day;
      files[label.replace('NAME', name)] = name === 'a' ? '' : LABEL;
    }
    const plan = await planOf(files);
    expect(plan.layout).toBe('yolo');
    expect(plan.evidence).toMatch(/ holds classes and boxes for /);
    expect(isWhole(plan, files)).toBe(true);
    expect(
      itemsOf(plan)
        .map(({ source, labels }) => [source, labels])
        .toSorted(),
    ).toEqual(names.map((name) => [image.replace('NAME', name), [label.replace('NAME', name)]]).toSorted());
    expect(rolesOf(plan)).toMatchObject({ 'classes.txt': 'label', LICENSE: 'other' });
    expect(plan.notices).toEqual([]);
  });

  it('text files that are no labels do not make a YOLO set', async () => {
    expect((await planOf({ 'a.jpg': day, 'a.txt': 'a street in spring' })).layout).toBe('images');
  });
});

it('lists images without label, labels without image, and two images of one label', async () => {
  const files = {
    ...{ 'images/a.jpg': day, 'images/a.png': day, 'images/b.jpg': day, 'images/d.jpg': day },
    ...{ 'labels/a.txt': LABEL, 'labels/d.txt': LABEL, 'labels/e.txt': LABEL },
  };
  const plan = await planOf(files);
  expect(plan.notices).toEqual([
    '1 image without label: images/b.jpg',
    '1 label without image: labels/e.txt',
    '1 label belongs to several images of one name: labels/a.txt',
  ]);
  expect(itemOf(plan, 'images/a.jpg').labels).toEqual([]);
  expect(isWhole(plan, files)).toBe(true);
});

describe('data.yaml', () => {
  const files = (yaml: string): Files => ({
    'data.yaml': yaml,
    'images/train/a.jpg': day,
    'labels/train/a.txt': LABEL,
  });

  it('names the layout, keeps its bytes, and where it leads elsewhere that is said', async () => {
    const plan = await planOf(
      files('path: /data/day\ntrain: images/train\nval: [../other/val]\nnames: {0: bus, 1: car}\n'),
    );
    expect([plan.layout, plan.evidence]).toEqual(['yolo', 'data.yaml names 2 classes and train, val']);
    expect(plan.copies).toContainEqual({ path: 'data.yaml', role: 'label' });
    expect(plan.notices).toEqual([
      'data.yaml names /data/day: its copy leads to the day set still, until you change it',
      'data.yaml names what is not in this set: val: ../other/val',
    ]);
  });

  it.each(['train: ../train/images\nval: images/train', 'train: ./images/train/', 'train: [images/train]\ntest:'])(
    'is quiet about %o',
    async (splits) => {
      const all = { ...files(`${splits}\nnames: [bus, car]\n`), 'train/images/b.jpg': day, 'train/labels/b.txt': '' };
      expect((await planOf(all)).notices).toEqual([]);
    },
  );

  it('lists of images follow a format that changes', async () => {
    const bmp = {
      'data.yaml': 'train: train.txt\nnames: [a]\n',
      'images/a.bmp': day,
      'labels/a.txt': LABEL,
      'train.txt': './images/a.bmp\n',
    };
    const { plan, layout } = await planDataset(localSet(bmp));
    const copy = plan.copies.find(({ path }) => path === 'train.txt')!;
    expect(copy).toEqual({ path: 'train.txt', role: 'label', isRewritten: true });
    expect(plan.copies.find(({ path }) => path === 'data.yaml')).toEqual({ path: 'data.yaml', role: 'label' });
    const night = await layout.rewrite!(copy, Buffer.from(bmp['train.txt']), itemsOf(plan));
    expect(Buffer.from(night).toString()).toBe('./images/a.png\n');
  });
});

describe('boxes', () => {
  it('are pixels of the upright image, under the names of the yaml', async () => {
    const turned = await sharp(day).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const store = localSet({
      ...{ 'data.yaml': 'train: images\nnames: [bus, car]\n', 'images/a.jpg': day, 'images/b.jpg': turned },
      ...{ 'labels/a.txt': LABEL, 'labels/b.txt': '7 0.1 0.2 0.5 0.2 0.5 0.6\n' },
    });
    const { plan, tree, layout } = await planDataset(store);
    const boxes = await layout.boxes!(tree, itemsOf(plan));
    expect(boxes.get('images/a.jpg')).toEqual([
      { category: 'car', x: 60, y: 22.5, width: 40, height: 45, isIgnored: false },
      { category: 'bus', x: 0, y: 0, width: 40, height: 45, isIgnored: false },
    ]);
    const [polygon] = boxes.get('images/b.jpg')!;
    expect(polygon).toMatchObject({ category: '7', x: 9, y: 32 });
    expect([polygon!.width, polygon!.height].map((size) => size.toFixed(3))).toEqual(['36.000', '64.000']);
  });

  it('with key points are boxes still', async () => {
    const yaml = 'train: images\nnames: [person]\nkpt_shape: [2, 3]\n';
    const store = localSet({
      'data.yaml': yaml,
      'images/a.jpg': day,
      'labels/a.txt': '0 0.5 0.5 0.5 0.5 0.4 0.4 2 0.6 0.6 1',
    });
    const { plan, tree, layout } = await planDataset(store);
    expect((await layout.boxes!(tree, itemsOf(plan))).get('images/a.jpg')).toMatchObject([
      { x: 40, width: 80, height: 45 },
    ]);
  });
});

it('masks beside a YOLO set are copied with their images', async () => {
  const files = { 'images/a.jpg': day, 'labels/a.txt': LABEL, 'masks/a.png': await maskImage(1) };
  expect(itemOf(await planOf(files), 'images/a.jpg').labels).toEqual(['labels/a.txt', 'masks/a.png']);
});

const real = footage('labelled/vehicles-yolo');

it.skipIf(real === undefined)('plans the real set, whose boxes lie in its images', async () => {
  const { plan, tree, layout } = await planDataset(new LocalStore(real!));
  expect([plan.layout, itemsOf(plan).length, plan.copies.length, plan.notices]).toEqual(['yolo', 48, 49, []]);
  const boxes = await layout.boxes!(tree, itemsOf(plan));
  expect(boxes.size).toBe(48);
  const all = [...boxes.values()].flat();
  expect(new Set(all.map(({ category }) => category))).toEqual(new Set(['bus', 'car', 'motorbike', 'person', 'truck']));
  expect(all.every(({ x, y, width, height }) => x >= -1 && y >= -1 && x + width <= 642 && y + height <= 642)).toBe(
    true,
  );
});
