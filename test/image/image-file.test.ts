import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Color } from '../../src/core/color.js';
import { readFrame, readRgb, readThumbnail, writeImage } from '../../src/image/image-file.js';
import {
  cropImage,
  padToEven,
  frameToRgb,
  rgbToFrame,
  imageToYuv,
  yuvToImage,
  type RgbImage,
} from '../../src/image/rgb-image.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nocturne-image-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A smooth image in many colours. */
function gradient(width: number, height: number): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [(i % width) / (width - 1), Math.floor(i / width) / (height - 1)];
    data.set([40 + 170 * x, 40 + 170 * y, 200 - 150 * x * y], 3 * i);
  }
  return { width, height, data };
}

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

describe('image files', () => {
  it('round-trip through PNG without loss', async () => {
    const path = join(folder, 'a.png');
    await writeImage(path, gradient(50, 30));
    const read = await readRgb(path);
    expect([read.width, read.height]).toEqual([50, 30]);
    expect(largestDifference(read.data, gradient(50, 30).data)).toBe(0);
  });

  it('are written from frames as PNG, JPEG or WebP by extension', async () => {
    using frame = rgbToFrame(gradient(48, 32));
    for (const name of ['b.png', 'b.jpg', 'b.webp']) {
      await writeImage(join(folder, name), frame, { quality: 95 });
      const read = await readRgb(join(folder, name));
      expect(largestDifference(read.data, gradient(48, 32).data)).toBeLessThan(14);
    }
  });

  it('are read as frames in BT.709, full range, without a last odd row or column', async () => {
    const path = join(folder, 'odd.png');
    await writeImage(path, gradient(51, 31));
    using frame = await readFrame(path);
    expect([frame.width, frame.height, frame.color.matrix, frame.color.range]).toEqual([50, 30, 'bt709', 'full']);
  });

  it('are read as thumbnails of known colours', async () => {
    const path = join(folder, 'red.png');
    await writeImage(path, {
      width: 64,
      height: 64,
      data: new Uint8Array(3 * 64 * 64).map((_, i) => (i % 3 === 0 ? 255 : 0)),
    });
    const { data } = await readThumbnail(path);
    expect(data).toHaveLength(3 * 256 * 144);
    expect(data[5000]).toBeCloseTo(0.2126, 4);
    expect(data[256 * 144 + 5000]).toBeCloseTo(-0.2126 / 1.8556, 4);
    expect(data[2 * 256 * 144 + 5000]).toBeCloseTo(0.5, 4);
  });

  it('are rotated upright by their EXIF orientation', async () => {
    // JPEG blocks would blur a 2x1 image: 32x16, left half black, right half white, orientation 6.
    const path = join(folder, 'rotated.jpg');
    const { default: sharp } = await import('sharp');
    const data = Buffer.from(Array.from({ length: 3 * 32 * 16 }, (_, i) => (Math.floor(i / 3) % 32 < 16 ? 0 : 255)));
    await sharp(data, { raw: { width: 32, height: 16, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toFile(path);
    const read = await readRgb(path);
    expect([read.width, read.height]).toEqual([16, 32]);
    expect(read.data[0]).toBeLessThan(20);
    expect(read.data[3 * (16 * 31)]).toBeGreaterThan(235);
  });

  it('fail with a code when they are missing, invalid or not writable', async () => {
    writeFileSync(join(folder, 'text.jpg'), 'not an image');
    await expect(readRgb(join(folder, 'none.jpg'))).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
    await expect(readRgb(join(folder, 'text.jpg'))).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
    await expect(writeImage(join(folder, 'no/folder.png'), gradient(4, 4))).rejects.toMatchObject({
      code: 'OUTPUT_FAILED',
    });
    await expect(writeImage(join(folder, 'a.bmp'), gradient(4, 4))).rejects.toThrow(RangeError);
  });
});

describe('RGB images', () => {
  const colors: Color[] = [
    { matrix: 'bt601', range: 'limited' },
    { matrix: 'bt709', range: 'limited' },
    { matrix: 'bt2020', range: 'full' },
  ];
  it.each(colors)('round-trip through $matrix $range frames', (color) => {
    using frame = rgbToFrame(gradient(64, 48), color);
    expect(largestDifference(frameToRgb(frame).data, gradient(64, 48).data)).toBeLessThan(6);
  });

  it('are padded to an even size with their last column and row, and cropped back', () => {
    const even = padToEven(gradient(5, 3));
    expect([even.width, even.height]).toEqual([6, 4]);
    expect([...even.data.subarray(3 * 23)]).toEqual([...gradient(5, 3).data.subarray(3 * 14)]);
    expect(cropImage(even, 5, 3)).toEqual(gradient(5, 3));
  });

  it('round-trip through float Y, U, V without loss', () => {
    const { data } = yuvToImage(imageToYuv(gradient(20, 10)), 20, 10);
    expect(largestDifference(data, gradient(20, 10).data)).toBe(0);
  });
});
