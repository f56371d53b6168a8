import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { coco } from '../../../src/augment/layouts/coco.js';
import type { DatasetTree } from '../../../src/augment/layouts/layout.js';
import { planDataset } from '../../../src/augment/layouts/plan-dataset.js';
import { footage } from '../../support/footage.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { hasPythonModule, runPython } from '../independent-reader.js';
import { noisyJpeg, writtenTree } from './written-tree.js';

/** Two splits with files of the same name, keypoints beside instances, captions, a panoptic file with its mask. */
async function smallSet(more: Readonly<Record<string, string | Uint8Array>> = {}): Promise<DatasetTree> {
  const categories = [{ id: 3, name: 'car', supercategory: 'vehicle' }];
  const annotation = { id: 7, image_id: 1, category_id: 3, bbox: [1, 2, 10, 20], iscrowd: 0, area: 200 };
  const mask = await sharp({ create: { width: 32, height: 32, channels: 3, background: '#102030' } })
    .png()
    .toBuffer();
  return writtenTree({
    'train2017/1.jpg': await noisyJpeg(1),
    'train2017/2.jpg': await noisyJpeg(2),
    'val2017/1.jpg': await noisyJpeg(3),
    'annotations/instances_train2017.json': JSON.stringify({
      info: { year: 2017 },
      images: [image(1, '1.jpg'), image(2, '2.jpg'), image(9, 'gone.jpg')],
      annotations: [annotation, { ...annotation, id: 8, image_id: 2, iscrowd: 1 }],
      categories,
    }),
    'annotations/person_keypoints_train2017.json': JSON.stringify({
      images: [image(1, '1.jpg')],
      annotations: [{ ...annotation, keypoints: [1, 2, 2] }],
      categories,
    }),
    'annotations/captions_val2017.json': JSON.stringify({
      annotations: [{ id: 1, image_id: 5, caption: 'a road' }],
      images: [image(5, '1.jpg')],
    }),
    'annotations/panoptic_val2017.json': JSON.stringify({
      images: [image(5, '1.jpg')],
      annotations: [
        { image_id: 5, file_name: '1.png', segments_info: [{ id: 1, category_id: 3, bbox: [0, 0, 4, 4] }] },
      ],
      categories,
    }),
    'annotations/panoptic_val2017/1.png': mask,
    'README.txt': 'a set',
    ...more,
  });
}

const image = (id: number, fileName: string) => ({ license: 1, file_name: fileName, height: 32, width: 32, id });

/** What the layout makes of one of its labels, which the plan rewrites. */
async function rewritten(tree: DatasetTree, path: string): Promise<string> {
  const { units, copies } = await coco.plan(tree, {});
  const copy = copies.find((one) => one.path === path);
  expect(copy?.isRewritten).toBe(true);
  const items = units.flatMap((unit) => unit.items);
  return Buffer.from((copy && (await coco.rewrite?.(copy, await tree.store.read(path), items))) ?? []).toString();
}

describe('coco', () => {
  it('plans images of every split, copies labels and panoptic masks, and names what is missing', async () => {
    const tree = await smallSet();
    expect(await coco.detect(tree)).toMatch(/\.json lists images as COCO does/);
    expect((await planDataset(tree.store)).layout.name).toBe('coco');
    const plan = await coco.plan(tree, {});
    const items = plan.units.flatMap((unit) => unit.items);
    expect(items.map(({ id }) => id).sort()).toEqual(['train2017/1.jpg', 'train2017/2.jpg', 'val2017/1.jpg']);
    expect(items.every(({ source, output }) => source === output)).toBe(true);
    expect(plan.copies.filter(({ role }) => role === 'labelImage').map(({ path }) => path)).toEqual([
      'annotations/panoptic_val2017/1.png',
    ]);
    expect(plan.copies.filter(({ role }) => role === 'label')).toHaveLength(4);
    expect(plan.copies.some(({ isRewritten }) => isRewritten)).toBe(false);
    expect(plan.notices).toEqual(['1 listed image is not in the set: gone.jpg']);
  });

  it('reads boxes once, though keypoints list the same objects, and ignores crowds', async () => {
    const tree = await smallSet();
    const { units } = await coco.plan(tree, {});
    const boxes = await coco.boxes?.(
      tree,
      units.flatMap(({ items }) => items),
    );
    expect(Object.fromEntries(boxes ?? [])).toEqual({
      'train2017/1.jpg': [{ category: 'car', x: 1, y: 2, width: 10, height: 20, isIgnored: false }],
      'train2017/2.jpg': [{ category: 'car', x: 1, y: 2, width: 10, height: 20, isIgnored: true }],
    });
  });

  it('changes nothing but the name of an image whose format changes', async () => {
    const list =
      '{"images":[\n {"id": 1.0, "file_name" : "a.bmp", "note":"a.bmp"},{"file_name":"b.jpg","id":2}],\n"categories":[]}';
    const pixels = { create: { width: 8, height: 8, channels: 3, background: 'red' } } as const;
    const bitmap = await sharp(pixels).gif().toBuffer(); // its content is not read here
    const tree = await writtenTree({ 'a.bmp': bitmap, 'b.jpg': await noisyJpeg(4), 'labels.json': list });
    expect(await rewritten(tree, 'labels.json')).toBe(list.replace('"file_name" : "a.bmp"', '"file_name" : "a.png"'));
  });

  it('names a night that another file left no name for as the plan does', async () => {
    const list = '{"images":[{"id":1,"file_name":"a.bmp"},{"id":2,"file_name":"a.png"}],"categories":[]}';
    const tree = await writtenTree({ 'a.bmp': 'x', 'a.png': await noisyJpeg(4), 'labels.json': list });
    expect(await rewritten(tree, 'labels.json')).toBe(list.replace('"a.bmp"', '"a.bmp.png"'));
  });

  it('makes the time of day of its images night, and leaves every other byte', async () => {
    const list =
      '{"info":{"timeofday":"day"},"images":[\n {"file_name":"a.jpg", "attributes":{"time_of_day":"Day" ,"w":1.0},"id":1},' +
      '{"timeofday":"dusk","file_name":"gone.jpg","id":2}],\n"categories":[]}';
    const tree = await writtenTree({ 'a.jpg': await noisyJpeg(4), 'labels.json': list, 'b.json': '{"images": []}' });
    const { copies } = await coco.plan(tree, {});
    expect(copies.filter(({ isRewritten }) => isRewritten).map(({ path }) => path)).toEqual(['labels.json']);
    expect(await rewritten(tree, 'labels.json')).toBe(list.replace('"Day"', '"Night"'));
  });

  it('keeps frames of a video in order, one draw for each', async () => {
    const frame = (id: number, video: number, frameId: number) => ({
      ...image(id, `${id}.jpg`),
      video_id: video,
      frame_id: frameId,
    });
    const tree = await writtenTree({
      ...Object.fromEntries(
        await Promise.all([1, 2, 3, 4].map(async (n) => [`frames/${n}.jpg`, await noisyJpeg(n)] as const)),
      ),
      'labels.json': JSON.stringify({
        images: [frame(1, 1, 1), frame(2, 1, 0), frame(3, 2, 0), frame(4, 1, 2)],
        categories: [],
      }),
    });
    const { units } = await coco.plan(tree, { fps: 4 });
    const sequences = units.filter(({ kind }) => kind === 'sequence').map(({ items }) => items);
    expect(sequences.map((items) => items.map(({ id, timeS }) => [id, timeS]))).toEqual([
      [
        ['frames/2.jpg', 0],
        ['frames/1.jpg', 0.25],
        ['frames/4.jpg', 0.5],
      ],
      [['frames/3.jpg', 0]],
    ]);
    expect(new Set(sequences.map(([first]) => first?.scene)).size).toBe(2);
    const half = await coco.plan(tree, { fps: 4, every: 2 });
    expect(half.units.flatMap(({ items }) => items.map(({ id }) => id)).sort()).toEqual([
      ...['frames/2.jpg', 'frames/3.jpg', 'frames/4.jpg'],
    ]);
  });

  it('names a JSON file that ends early and plans the rest', async () => {
    const tree = await smallSet({ 'annotations/broken.json': '{"images": [{"file_name": "1.jpg"' });
    const plan = await coco.plan(tree, {});
    expect(plan.units.flatMap(({ items }) => items)).toHaveLength(3);
    expect(plan.notices.join('\n')).toMatch(/broken\.json is not JSON: it ends early\. It is copied as it is\./);
    expect(plan.copies).toContainEqual({ path: 'annotations/broken.json', role: 'other' });
  });

  it('is not found in JSON files of other kinds', async () => {
    const tree = await writtenTree({
      'a.jpg': await noisyJpeg(1),
      'package.json': '{"images": ["a.jpg"]}',
      'list.json': '[{"file_name": "a.jpg"}]',
      'other.json': '{"images": [{"file_name": "b.jpg"}], "annotations": []}',
    });
    expect(await coco.detect(tree)).toBeUndefined();
  });
});

const yolo = footage('labelled/vehicles-yolo');
const hasReader = hasPythonModule('pycocotools');

/** Prints what pycocotools reads: images, annotations, and the boxes of each image by name. */
const READ_COCO = `
import contextlib, json, sys, os
from pycocotools.coco import COCO
with contextlib.redirect_stdout(sys.stderr):
    coco = COCO(sys.argv[1])
images = coco.loadImgs(coco.getImgIds())
print(json.dumps({i['file_name']: [a['bbox'] + [coco.cats[a['category_id']]['name']] for a in coco.loadAnns(coco.getAnnIds(imgIds=i['id']))] for i in images}))
`;

describe.skipIf(yolo === undefined || !hasReader)('coco as pycocotools reads it', () => {
  it('has the boxes that pycocotools finds, for real labelled images', async () => {
    const folder = temporaryFolder();
    const tree = await cocoFromYolo(yolo ?? '', folder);
    const { units } = await coco.plan(tree, {});
    const items = units.flatMap((unit) => unit.items);
    expect(items).toHaveLength(48);
    const boxes = await coco.boxes?.(tree, items);
    const read = runPython(READ_COCO, join(folder, 'annotations/instances_all.json')) as Record<string, unknown[][]>;
    const own = items.map(({ id }) => {
      const rows = (boxes?.get(id) ?? []).map(({ x, y, width, height, category }) => [x, y, width, height, category]);
      return [id.replace('images/', ''), rows] as const;
    });
    expect(Object.fromEntries(own)).toEqual(read);
  });
});

/** A COCO set of labelled YOLO images. */
async function cocoFromYolo(from: string, folder: string): Promise<DatasetTree> {
  const names = readFileSync(join(from, 'classes.txt'), 'utf8').trim().split(/\r?\n/);
  const files: Record<string, string | Uint8Array> = {};
  const images = [];
  const annotations = [];
  for (const name of readdirSync(join(from, 'images'))) {
    const bytes = readFileSync(join(from, 'images', name));
    files[`images/${name}`] = bytes;
    const { width, height } = await sharp(bytes).metadata();
    images.push({ id: images.length + 1, file_name: name, width, height });
    const label = readFileSync(join(from, 'labels', name.replace(/\.[^.]+$/, '.txt')), 'utf8');
    for (const line of label.trim().split('\n')) {
      const [category = 0, x = 0, y = 0, w = 0, h = 0] = line.split(' ').map(Number);
      const bbox = [(x - w / 2) * width, (y - h / 2) * height, w * width, h * height];
      annotations.push({
        id: annotations.length + 1,
        image_id: images.length,
        category_id: category,
        bbox,
        iscrowd: 0,
      });
    }
  }
  const categories = names.map((name, id) => ({ id, name }));
  files['annotations/instances_all.json'] = JSON.stringify({ images, annotations, categories });
  return writtenTree(files, folder);
}
