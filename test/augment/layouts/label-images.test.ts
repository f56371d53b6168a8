import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readTree } from '../../../src/augment/layouts/read-tree.js';
import { sortFiles } from '../../../src/augment/layouts/sort-files.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import type { Store } from '../../../src/augment/store/store.js';
import { footage } from '../../support/footage.js';
import { cameraImage, cameraPixels, depthImage, maskImage, memoryStore, type Files } from './support.js';

async function sorted(files: Files) {
  return sortFiles(await readTree(memoryStore(files)));
}

describe('by names', () => {
  it.each([
    'gtFine/train/aachen/aachen_000000_000019_gtFine_color.png',
    'leftImg8bit/aachen_000000_000019_gtFine_labelIds.png',
    'SegmentationClass/2007_000032.png',
    'data/masks/a.png',
    'train_masks/a.jpg',
    'a_mask.png',
    'mask_0012.png',
    'depth/000001.png',
    'training/disp_occ_0/000000_10.png',
    'training/flow_noc/000000_10.png',
    'training/semantic_rgb/000000_10.png',
    'train/drive/proj_depth/groundtruth/image_02/0000000005.png',
    'trainannot/0001TP_006690.png',
    'a/frame.pfm',
  ])('%s is a label image', async (path) => {
    expect((await sorted({ [path]: 'not read' })).labelImages).toEqual([path]);
  });

  it.each([
    'masks/images/a.png',
    'training/image_2/000001.png',
    'JPEGImages/2007_000032.jpg',
    'leftImg8bit/val/a/a_000000_000019_leftImg8bit.png',
    'masked_singer_stage.jpg',
    'traffic_flow/street.jpg',
    'labels/street.jpg',
  ])('%s is an image', async (path) => {
    expect((await sorted({ [path]: 'not read' })).images).toEqual([path]);
  });
});

describe('by content, where names do not decide', () => {
  it('recognises index masks, colour masks, palette masks and depth', async () => {
    const palette = await sharp(await maskImage(3, { colors: true }))
      .png({ palette: true })
      .toBuffer();
    const files = {
      'a/1.png': await maskImage(1),
      'b/1.png': await maskImage(2, { colors: true }),
      'c/1.png': palette,
      'd/1.png': await depthImage(),
      'e/1.png': await depthImage({ sparse: true }),
    };
    const { labelImages, images, notices } = await sorted(files);
    expect(labelImages).toEqual(Object.keys(files));
    expect(images).toEqual([]);
    expect(notices).toEqual([
      expect.stringMatching(/^5 label images by flat areas and few values, copied as they are: /),
    ]);
  });

  it('takes grey, 16-bit and palette images of a camera for images', async () => {
    const raw = { width: 160, height: 90, channels: 1 as const };
    const grey = cameraPixels(5).filter((_, i) => i % 3 === 1);
    const sixteen = Uint16Array.from(grey, (value, i) => value * 257 + (i % 61));
    const files = {
      'a/1.png': await cameraImage(1, { grey: true }),
      'b/1.png': await sharp(cameraPixels(2), { raw: { ...raw, channels: 3 } })
        .png({ palette: true, colours: 64, dither: 0 })
        .toBuffer(),
      'c/1.png': await sharp(sixteen, { raw }).toColourspace('grey16').png().toBuffer(),
      'd/1.tif': await cameraImage(3, { format: 'tiff' }),
    };
    expect((await sorted(files)).images).toEqual(Object.keys(files));
  });

  it('separates masks of the same folder by the end of their names, and else by reading each', async () => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 12; i++) {
      files[`pairs/${i}.png`] = await cameraImage(i);
      files[`pairs/${i}_L.png`] = await maskImage(i, { colors: true });
      files[`mixed/${i}.png`] = i % 3 === 0 ? await maskImage(i) : await cameraImage(i + 50);
    }
    const { labelImages } = await sorted(files);
    expect(labelImages.filter((path) => path.startsWith('pairs')).every((path) => path.endsWith('_L.png'))).toBe(true);
    expect(labelImages.filter((path) => path.startsWith('pairs'))).toHaveLength(12);
    expect(labelImages.filter((path) => path.startsWith('mixed'))).toEqual([0, 3, 6, 9].map((i) => `mixed/${i}.png`));
  });

  it('reads eight of a uniform folder, and 64 of a thousand drives', async () => {
    const bytes = await cameraImage(1);
    const reads = async (paths: readonly string[]): Promise<number> => {
      let count = 0;
      const store = memoryStore(Object.fromEntries(paths.map((path) => [path, bytes])));
      const counting: Store = { ...store, read: (path) => (count++, store.read(path)) };
      expect((await sortFiles(await readTree(counting))).images).toHaveLength(paths.length);
      return count;
    };
    expect(await reads(Array.from({ length: 500 }, (_, i) => `day/${i}a.png`))).toBe(8);
    expect(await reads(Array.from({ length: 3000 }, (_, i) => `drive-${i % 1000}a/cam/${i}.png`))).toBe(64);
  });

  it('leaves a file that cannot be read among the images, whose unit reports it', async () => {
    expect((await sorted({ 'a/1.png': 'broken' })).images).toEqual(['a/1.png']);
  });
});

const labelled = footage('labelled');
const frames = footage('frames');

it.skipIf(labelled === undefined)('tells real masks from real images by content alone', async () => {
  const store = new LocalStore(`${labelled!}/camvid-masks`);
  const files: Record<string, Uint8Array> = {};
  for (const { path } of (await store.list()).files) {
    files[path.replace('masks/', 'a/').replace('images/', 'b/')] = await store.read(path);
  }
  const { images, labelImages } = await sorted(files);
  expect([images.length, labelImages.length]).toEqual([38, 38]);
  expect(images.every((path) => path.startsWith('b/'))).toBe(true);
});

it.skipIf(frames === undefined)('takes no real day or night for a mask, in grey and as PNG', async () => {
  const store = new LocalStore(frames!);
  const paths = (await store.list()).files
    .map(({ path }) => path)
    .filter((path) => /^(?:testA|testB|trainB)\//.test(path));
  const files: Record<string, Uint8Array> = {};
  for (const path of paths.filter((_, i) => i % 12 === 0)) {
    const [grey, color] = [sharp(await store.read(path)).greyscale(), sharp(await store.read(path))];
    files[`${path}/a.png`] = await grey.png({ compressionLevel: 1 }).toBuffer();
    files[`${path}/b.png`] = await color.png({ compressionLevel: 1 }).toBuffer();
  }
  expect(Object.keys(files).length).toBeGreaterThan(50);
  expect((await sorted(files)).labelImages).toEqual([]);
});
