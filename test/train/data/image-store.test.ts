import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeImage } from '../../../src/image/image-file.js';
import { imageToYuv, type RgbImage } from '../../../src/image/rgb-image.js';
import { listImages, sourceOf } from '../../../src/train/data/image-folder.js';
import { ImageStore } from '../../../src/train/data/image-store.js';
import { footage } from '../../support/footage.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** Three vertical bands: red, green, blue. */
function bands(width: number, height: number): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) data[3 * i + Math.floor((3 * (i % width)) / width)] = 255;
  return { width, height, data };
}

async function folderOf(images: Record<string, RgbImage | string>): Promise<string> {
  const folder = temporaryFolder();
  for (const [name, image] of Object.entries(images)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    if (typeof image === 'string') writeFileSync(join(folder, name), image);
    else await writeImage(join(folder, name), image);
  }
  return folder;
}

async function load(folder: string, options = {}): Promise<ImageStore> {
  return ImageStore.load(await listImages(folder), { loadWidth: 64, loadHeight: 36, ...options });
}

/** Numbers of red, green and blue pixels in the middle row. */
function columns({ images: [image] }: ImageStore): readonly number[] {
  const { width, height, data } = image!;
  const counts = [0, 0, 0];
  for (let x = 0; x < width; x++) {
    const at = 3 * (width * (height >> 1) + x);
    const [u, v] = [data[at + 1]!, data[at + 2]!];
    counts[v > 190 ? 0 : u > 190 ? 2 : 1]!++;
  }
  return counts;
}

describe('listImages', () => {
  it('lists images of subfolders, sorted, without other and hidden files', async () => {
    const small = bands(6, 6);
    const folder = await folderOf({
      'b.png': small,
      'city/a.png': small,
      'a.jpg': small,
      'notes.txt': 'x',
      '.hidden.png': small,
    });
    const entries = await listImages(folder);
    expect(entries.map(({ name }) => name)).toEqual(['a.jpg', 'b.png', 'city/a.png']);
    expect(entries.map(({ source }) => source)).toEqual(['unnamed', 'unnamed', 'city']);
  });

  it('takes the source from the name', () => {
    expect(['luchko-web__012.jpg', 'kitti/01/a.png', 'x/kitti__a.png', 'a.png', '__a.png'].map(sourceOf)).toEqual([
      'luchko-web',
      'kitti',
      'kitti',
      'unnamed',
      'unnamed',
    ]);
  });

  it('reports in one line that a folder is missing, not a folder, or empty', async () => {
    const folder = await folderOf({ 'notes.txt': 'x' });
    await expect(listImages(join(folder, 'no'))).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
    await expect(listImages(join(folder, 'notes.txt'))).rejects.toThrow('is not a folder');
    await expect(listImages(folder)).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
  });
});

describe('ImageStore', () => {
  it('crops the centre in the aspect ratio of the load size', async () => {
    const store = await load(await folderOf({ 'wide.png': bands(384, 72) }));
    expect([store.at(0).width, store.at(0).height]).toEqual([64, 36]);
    expect(columns(store)).toEqual([0, 64, 0]);
    expect([store.at(0).fileWidth, store.at(0).fileHeight]).toEqual([384, 72]);
  });

  it('reads either half of side-by-side pairs', async () => {
    const pair = bands(300, 90);
    const folder = await folderOf({ 'pair.png': pair });
    const [left, right] = [await load(folder, { half: 'left' }), await load(folder, { half: 'right' })];
    expect([left.at(0).fileWidth, left.at(0).fileHeight]).toEqual([150, 90]);
    expect(columns(left)[2]).toBe(0);
    expect(columns(left)[0]).toBeGreaterThan(40);
    expect(columns(right)[0]).toBe(0);
    expect(columns(right)[2]).toBeGreaterThan(40);
  });

  it('stores BT.709 full-range codes', async () => {
    const image = bands(64, 36);
    const { data } = (await load(await folderOf({ 'bands.png': image }))).at(0);
    const count = 64 * 36;
    const exact = imageToYuv(image);
    for (let i = 0; i < count; i++) {
      expect(Math.abs(data[3 * i]! / 255 - exact[i]!)).toBeLessThan(0.003);
      expect(Math.abs((data[3 * i + 1]! - 128) / 255 - exact[count + i]!)).toBeLessThan(0.003);
      expect(Math.abs((data[3 * i + 2]! - 128) / 255 - exact[2 * count + i]!)).toBeLessThan(0.003);
    }
  });

  it('skips and names unreadable files, and fails when there are too many', async () => {
    const images: Record<string, RgbImage | string> = { 'broken.jpg': 'no image' };
    for (let i = 0; i < 10; i++) images[`${i}.png`] = bands(64, 36);
    const folder = await folderOf(images);
    const store = await load(folder);
    expect(store.size).toBe(10);
    expect(store.skipped.map(({ entry }) => entry.name)).toEqual(['broken.jpg']);
    expect(store.images.map(({ name }) => name)).toEqual(Array.from({ length: 10 }, (_, i) => `${i}.png`));
    await expect(load(folder, { maxSkippedShare: 0.05 })).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
  });

  it('limits its memory to a fixed subset', async () => {
    const images = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`${i}.png`, bands(64, 36)]));
    const folder = await folderOf(images);
    const maxBytes = 5.5 * 64 * 36 * 3;
    const [one, two] = [await load(folder, { maxBytes }), await load(folder, { maxBytes })];
    expect([one.size, one.leftOut, one.bytes]).toEqual([5, 7, 5 * 64 * 36 * 3]);
    expect(two.fingerprint).toBe(one.fingerprint);
    expect((await load(folder)).fingerprint).not.toBe(one.fingerprint);
  });

  const nights = footage('frames/trainB');
  it.skipIf(!nights)('loads real nights', async () => {
    const entries = await listImages(nights!);
    const store = await ImageStore.load(entries.slice(0, 40));
    expect(store.size + store.skipped.length).toBe(40);
    expect(store.bytes).toBe(store.size * 286 * 161 * 3);
  });
});
