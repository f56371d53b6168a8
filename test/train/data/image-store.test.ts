import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeImage } from '../../../src/image/image-file.js';
import { imageToYuv, type RgbImage } from '../../../src/image/rgb-image.js';
import { readImageFolder, sourceOf } from '../../../src/train/data/image-folder.js';
import { ImageStore, toYuvBytes } from '../../../src/train/data/image-store.js';
import { footage } from '../../support/footage.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** Left red, middle green, right blue, one third each. */
function bands(width: number, height: number): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) data[3 * i + Math.floor((3 * (i % width)) / width)] = 255;
  return { width, height, data };
}

async function folderOf(pictures: Record<string, RgbImage | string>): Promise<string> {
  const folder = temporaryFolder();
  for (const [name, picture] of Object.entries(pictures)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    if (typeof picture === 'string') writeFileSync(join(folder, name), picture);
    else await writeImage(join(folder, name), picture);
  }
  return folder;
}

async function load(folder: string, options = {}): Promise<ImageStore> {
  const { entries } = await readImageFolder(folder);
  return ImageStore.load(entries, { loadWidth: 64, loadHeight: 36, ...options });
}

/** Columns of the picture's middle row that are red, green and blue. */
function columns({ pictures: [picture] }: ImageStore): readonly number[] {
  const { width, height, data } = picture!;
  const counts = [0, 0, 0];
  for (let x = 0; x < width; x++) {
    const at = 3 * (width * (height >> 1) + x);
    const [u, v] = [data[at + 1]!, data[at + 2]!];
    counts[v > 190 ? 0 : u > 190 ? 2 : 1]!++;
  }
  return counts;
}

describe('readPictureFolder', () => {
  it('finds pictures in folders within, in one order, and names the rest', async () => {
    const small = bands(6, 6);
    const folder = await folderOf({
      'b.png': small,
      'city/a.png': small,
      'a.jpg': small,
      'notes.txt': 'x',
      '.hidden.png': small,
    });
    const { entries, others } = await readImageFolder(folder);
    expect(entries.map(({ name }) => name)).toEqual(['a.jpg', 'b.png', 'city/a.png']);
    expect(entries.map(({ source }) => source)).toEqual(['unnamed', 'unnamed', 'city']);
    expect(others).toEqual(['notes.txt']);
  });

  it('knows the source by the name', () => {
    expect(['luchko-web__012.jpg', 'kitti/01/a.png', 'x/kitti__a.png', 'a.png', '__a.png'].map(sourceOf)).toEqual([
      'luchko-web',
      'kitti',
      'kitti',
      'unnamed',
      'unnamed',
    ]);
  });

  it('says in one line that a folder is missing, no folder, or empty', async () => {
    const folder = await folderOf({ 'notes.txt': 'x' });
    await expect(readImageFolder(join(folder, 'no'))).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
    await expect(readImageFolder(join(folder, 'notes.txt'))).rejects.toThrow('is no folder');
    await expect(readImageFolder(folder)).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
  });
});

describe('PictureStore', () => {
  it('keeps the middle in the aspect of the load size, or all, or all unstretched', async () => {
    const folder = await folderOf({ 'wide.png': bands(384, 72) });
    const crop = await load(folder);
    expect([crop.at(0).width, crop.at(0).height]).toEqual([64, 36]);
    expect(columns(crop)).toEqual([0, 64, 0]);
    const stretched = await load(folder, { preprocess: 'stretch' });
    expect([stretched.at(0).width, stretched.at(0).height]).toEqual([64, 36]);
    for (const count of columns(stretched)) expect(Math.abs(count - 64 / 3)).toBeLessThan(2);
    const cover = await load(folder, { preprocess: 'cover' });
    // 192x36 would be three times the load size: both sides are cut to twice.
    expect([cover.at(0).width, cover.at(0).height]).toEqual([128, 36]);
    expect(Math.abs(columns(cover)[1]! - 64)).toBeLessThan(3);
    expect([cover.at(0).fileWidth, cover.at(0).fileHeight]).toEqual([384, 72]);
  });

  it('reads either half of pairs side by side', async () => {
    const pair = bands(300, 90);
    const folder = await folderOf({ 'pair.png': pair });
    const [left, right] = [await load(folder, { half: 'left' }), await load(folder, { half: 'right' })];
    expect([left.at(0).fileWidth, left.at(0).fileHeight]).toEqual([150, 90]);
    expect(columns(left)[2]).toBe(0);
    expect(columns(left)[0]).toBeGreaterThan(40);
    expect(columns(right)[0]).toBe(0);
    expect(columns(right)[2]).toBeGreaterThan(40);
  });

  it('keeps BT.709 full-range codes', () => {
    const picture = bands(9, 2);
    const bytes = toYuvBytes(picture);
    const exact = imageToYuv(picture);
    for (let i = 0; i < 18; i++) {
      expect(Math.abs(bytes[3 * i]! / 255 - exact[i]!)).toBeLessThan(0.003);
      expect(Math.abs((bytes[3 * i + 1]! - 128) / 255 - exact[18 + i]!)).toBeLessThan(0.003);
      expect(Math.abs((bytes[3 * i + 2]! - 128) / 255 - exact[36 + i]!)).toBeLessThan(0.003);
    }
  });

  it('skips and names a broken file, and stops when there are many', async () => {
    const pictures: Record<string, RgbImage | string> = { 'broken.jpg': 'no picture' };
    for (let i = 0; i < 10; i++) pictures[`${i}.png`] = bands(64, 36);
    const folder = await folderOf(pictures);
    const store = await load(folder);
    expect(store.size).toBe(10);
    expect(store.skipped.map(({ entry }) => entry.name)).toEqual(['broken.jpg']);
    expect(store.pictures.map(({ name }) => name)).toEqual(Array.from({ length: 10 }, (_, i) => `${i}.png`));
    await expect(load(folder, { maxSkippedShare: 0.05 })).rejects.toMatchObject({ code: 'INPUT_CORRUPT' });
  });

  it('keeps to its memory with a fixed choice', async () => {
    const pictures = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`${i}.png`, bands(64, 36)]));
    const folder = await folderOf(pictures);
    const maxBytes = 5.5 * 64 * 36 * 3;
    const [one, two] = [await load(folder, { maxBytes }), await load(folder, { maxBytes })];
    expect([one.size, one.leftOut, one.bytes]).toEqual([5, 7, 5 * 64 * 36 * 3]);
    expect(two.fingerprint).toBe(one.fingerprint);
    expect((await load(folder)).fingerprint).not.toBe(one.fingerprint);
  });

  const nights = footage('frames/trainB');
  it.skipIf(!nights)('loads real nights', async () => {
    const { entries } = await readImageFolder(nights!);
    const store = await ImageStore.load(entries.slice(0, 40));
    expect(store.size + store.skipped.length).toBe(40);
    expect(store.bytes).toBe(store.size * 286 * 161 * 3);
  });
});
