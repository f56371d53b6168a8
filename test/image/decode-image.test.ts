import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { convertPixels, decodeImage, type DecodedImage } from '../../src/image/decode-image.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
mkdirSync(join(folder, 'in'));

async function decoded(bytes: Uint8Array): Promise<DecodedImage> {
  const path = join(folder, 'in', 'image');
  writeFileSync(path, bytes);
  return decodeImage(path);
}

/** R, G, B of a pixel. */
function pixel({ image }: DecodedImage, x: number, y = 0): number[] {
  return [...image.data.subarray(3 * (y * image.width + x), 3 * (y * image.width + x) + 3)];
}

/** 64 x 48: red in the left half, blue in the right one. @param alpha of the left half. */
function halves(alpha = 255): Sharp {
  const data = Buffer.alloc(4 * 64 * 48);
  for (let i = 0; i < 64 * 48; i++) data.set(i % 64 < 32 ? [255, 0, 0, alpha] : [0, 0, 255, 255], 4 * i);
  return sharp(data, { raw: { width: 64, height: 48, channels: 4 } });
}

describe('decodeImage', () => {
  it.each(['png', 'webp', 'tiff', 'avif'] as const)('lays transparent parts of %s over black', async (format) => {
    const lossless = format === 'tiff' ? { compression: 'none' as const } : { lossless: true };
    const found = await decoded(await halves(0).toFormat(format, lossless).toBuffer());
    expect(pixel(found, 4)).toEqual([0, 0, 0]);
    expect(pixel(found, 60)[2]).toBeGreaterThan(240);
    expect(found.changes).toEqual(['transparent parts became black']);
    const half = await decoded(await halves(128).toFormat(format, lossless).toBuffer());
    expect(Math.abs(pixel(half, 4)[0]! - 128)).toBeLessThan(6);
    expect((await decoded(await halves().toFormat(format, lossless).toBuffer())).changes).toEqual([]);
  });

  it('converts a wide-gamut profile to sRGB', async () => {
    const source = sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 200, g: 100, b: 50 } } });
    const p3 = await source.clone().withIccProfile('p3').png().toBuffer();
    // The file's numbers are those of P3, which are less far apart.
    expect((await sharp(p3, { ignoreIcc: true }).raw().toBuffer())[0]).toBeLessThan(195);
    const found = await decoded(p3);
    expect(pixel(found, 4).map((value, i) => Math.abs(value - [200, 100, 50][i]!) <= 2)).toEqual([true, true, true]);
    expect(found.changes).toEqual(['converted from its colour profile to sRGB']);
    expect((await decoded(await source.clone().withIccProfile('srgb').png().toBuffer())).changes).toEqual([]);
  });

  it('reduces 16 bit to 8, and reads linear floating point as light', async () => {
    const deep = Uint16Array.from([0, 128 * 257, 255 * 257]);
    const found = await convertPixels({ width: 1, height: 1, channels: 3, samples: deep }, 'deep');
    expect(pixel(found, 0)).toEqual([0, 128, 255]);
    expect(found.changes).toEqual(['converted from 16 bit to 8 bit']);
    const png = await sharp(deep, { raw: { width: 1, height: 1, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await decoded(png)).changes).toEqual(['converted from 16 bit to 8 bit']);
    // 0.2159 of the light is 128 in sRGB; more light than white is white.
    const light = Float32Array.from([0, 0.21586, 4]);
    const linear = await convertPixels({ width: 1, height: 1, channels: 3, samples: light }, 'light');
    expect(pixel(linear, 0)).toEqual([0, 128, 255]);
    expect(linear.changes).toEqual(['converted from linear floating point to 8-bit sRGB']);
  });

  it('reads grey floating point as light too', async () => {
    const bytes = floatGreyTiff([0, 0.21586, 1, 0.05]);
    const found = await decoded(bytes);
    expect(pixel(found, 1)).toEqual([128, 128, 128]);
    expect(pixel(found, 2)).toEqual([255, 255, 255]);
  });

  it('rotates upright by EXIF', async () => {
    for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const) {
      const found = await decoded(
        await halves().removeAlpha().withMetadata({ orientation: 6 }).toFormat(format).toBuffer(),
      );
      expect([found.image.width, found.image.height]).toEqual([48, 64]);
      expect(pixel(found, 24, 4)[0]).toBeGreaterThan(200);
      expect(pixel(found, 24, 60)[2]).toBeGreaterThan(200);
      expect(found.changes).toEqual(['rotated upright']);
    }
  });

  it('takes the first of several frames or pages', async () => {
    const images = await Promise.all(
      [halves(), halves().negate({ alpha: false })].map((image) => image.png().toBuffer()),
    );
    for (const format of ['webp', 'gif', 'tiff'] as const) {
      const found = await decoded(
        await sharp(images, { join: { animated: true } })
          .toFormat(format)
          .toBuffer(),
      );
      expect(found.image.height).toBe(48);
      expect(pixel(found, 4)[0]).toBeGreaterThan(240);
      expect(found.changes).toContain('only the first of several frames or pages is read');
    }
  });

  it('reads a damaged file as far as it goes, and refuses one of which nothing is left', async () => {
    const jpeg = await halves().removeAlpha().jpeg().toBuffer();
    for (const length of [jpeg.length - 2, jpeg.length - 8]) {
      const found = await decoded(jpeg.subarray(0, length));
      expect(pixel(found, 4)[0]).toBeGreaterThan(240);
      expect(found.changes).toEqual(['incomplete or damaged: read as far as it goes']);
    }
    const png = await halves().png().toBuffer();
    await expect(decoded(png.subarray(0, 60))).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
  });

  it('refuses an image that is too large before it takes memory for it', async () => {
    const wide = await sharp({ create: { width: 16_386, height: 2, channels: 3, background: '#333' } })
      .png()
      .toBuffer();
    const failure = {
      code: 'INPUT_UNSUPPORTED',
      message: expect.stringMatching(/16386x2; .* 16,384 columns/) as string,
    };
    await expect(decoded(wide)).rejects.toMatchObject(failure);
  });
});

/** A TIFF of one row of grey 32-bit floating point. */
function floatGreyTiff(values: readonly number[]): Buffer {
  const pixels = Buffer.from(Float32Array.from(values).buffer);
  const fields = [
    [256, values.length],
    [257, 1],
    [258, 32],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, 1],
    [279, pixels.length],
    [339, 3],
  ] as const;
  const head = Buffer.from('II*\0\0\0\0\0', 'latin1');
  head.writeUInt32LE(8 + pixels.length, 4);
  const directory = Buffer.alloc(2 + 12 * fields.length + 4);
  directory.writeUInt16LE(fields.length, 0);
  fields.forEach(([tag, value], i) => {
    directory.writeUInt16LE(tag, 2 + 12 * i);
    directory.writeUInt16LE(4, 4 + 12 * i);
    directory.writeUInt32LE(1, 6 + 12 * i);
    directory.writeUInt32LE(value, 10 + 12 * i);
  });
  return Buffer.concat([head, pixels, directory]);
}
