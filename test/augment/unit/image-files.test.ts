import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { Frame } from '../../../src/core/frame.js';
import { readDay } from '../../../src/augment/unit/day-image.js';
import { nightPath } from '../../../src/augment/layouts/dataset-path.js';
import { encodeNight } from '../../../src/augment/unit/night-image.js';

afterAll(() => expect(Frame.liveCount).toBe(0));

/** What a file became: darker by half, as a night would be. */
async function nightOf(bytes: Uint8Array, name: string): Promise<{ bytes: Buffer; losses: readonly string[] }> {
  const day = await readDay(bytes, name);
  using frame = day.frame;
  for (let i = 0; i < frame.y.length; i++) frame.y[i] = (frame.y[i] ?? 0) >> 1;
  const night = await encodeNight(frame, day.file, nightPath(name));
  return { bytes: night.bytes, losses: [...day.losses, ...night.losses] };
}

/** Options that keep alpha as it is. */
const ALPHA_OPTIONS = { png: {}, webp: { lossless: true }, tiff: { compression: 'lzw' } };

/** An image that is no mirror of itself: bright on the upper left, red below. */
function street(width = 48, height = 32, channels: 1 | 3 | 4 = 3): Sharp {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isLeft = x < width / 2 && y < height / 2;
      const values = [
        isLeft ? 220 : 120,
        isLeft ? 220 : y < height / 2 ? 120 : 60,
        isLeft ? 220 : 100,
        (7 * x + 5 * y) % 256,
      ];
      for (let c = 0; c < channels; c++) data[at++] = values[c] ?? 0;
    }
  }
  return sharp(data, { raw: { width, height, channels } });
}

async function pixelsOf(bytes: Uint8Array): Promise<{ data: Buffer; channels: number; width: number; height: number }> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { data, channels: info.channels, width: info.width, height: info.height };
}

/** Means of one channel in the four quarters, row by row. */
async function quarters(bytes: Uint8Array): Promise<number[]> {
  const { data, channels, width, height } = await pixelsOf(bytes);
  const sums = [0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const quarter = 2 * Number(y >= height / 2) + Number(x >= width / 2);
      sums[quarter] = (sums[quarter] ?? 0) + (data[(y * width + x) * channels] ?? 0) / ((width * height) / 4);
    }
  }
  return sums;
}

describe('a night is stored as its day was', () => {
  for (const [name, encode] of [
    ['a.jpg', (image: Sharp) => image.jpeg()],
    ['a.png', (image: Sharp) => image.png()],
    ['a.webp', (image: Sharp) => image.webp()],
    ['a.tif', (image: Sharp) => image.tiff()],
    ['a.avif', (image: Sharp) => image.avif()],
  ] as const) {
    it(`in its own format and size: ${name}`, async () => {
      const { bytes, losses } = await nightOf(await encode(street(47, 33)).toBuffer(), name);
      const { width, height, format, compression } = await sharp(bytes).metadata();
      expect([width, height]).toEqual([47, 33]);
      expect(format).toBe(
        { 'a.jpg': 'jpeg', 'a.png': 'png', 'a.webp': 'webp', 'a.tif': 'tiff', 'a.avif': 'heif' }[name],
      );
      if (name === 'a.avif') expect(compression).toBe('av1');
      expect(losses).toEqual([]);
      const [topLeft = 0, topRight = 0] = await quarters(bytes);
      expect(topLeft).toBeGreaterThan(95);
      expect(topLeft).toBeLessThan(125);
      expect(topLeft).toBeGreaterThan(topRight + 30);
    });
  }

  for (const size of [1, 2, 3]) {
    it(`at ${size}x${size} pixels`, async () => {
      const { bytes } = await nightOf(await street(size, size).png().toBuffer(), 'tiny.png');
      const { width, height } = await sharp(bytes).metadata();
      expect([width, height]).toEqual([size, size]);
    });
  }

  it('with its orientation tag and its pixels in stored order', async () => {
    const day = await street().withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
    const { bytes } = await nightOf(day, 'a.jpg');
    const metadata = await sharp(bytes).metadata();
    expect(metadata.orientation).toBe(6);
    expect([metadata.width, metadata.height]).toEqual([48, 32]);
    const stored = await quarters(bytes);
    expect(stored.indexOf(Math.max(...stored))).toBe(0);
  });

  it('with one channel where it has one, and two with alpha', async () => {
    const grey = await nightOf(await street(48, 32, 1).toColourspace('b-w').jpeg().toBuffer(), 'a.jpg');
    expect((await sharp(grey.bytes).metadata()).channels).toBe(1);
    const data = Buffer.alloc(2 * 48 * 32, 77);
    const png = await sharp(data, { raw: { width: 48, height: 32, channels: 2 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    expect((await sharp(png).metadata()).channels).toBe(2);
    const withAlpha = await nightOf(png, 'a.png');
    const { channels, space } = await sharp(withAlpha.bytes).metadata();
    expect([channels, space]).toEqual([2, 'b-w']);
    expect((await pixelsOf(withAlpha.bytes)).data[3]).toBe(77);
  });

  for (const extension of ['png', 'webp', 'tiff'] as const) {
    it(`with its own alpha: ${extension}`, async () => {
      const day = await street(48, 32, 4).toFormat(extension, ALPHA_OPTIONS[extension]).toBuffer();
      const { bytes, losses } = await nightOf(day, `a.${extension}`);
      expect(losses).toEqual([]);
      const [before, after] = [await pixelsOf(day), await pixelsOf(bytes)];
      const alphaOf = ({ data }: { data: Buffer }): Buffer => data.filter((_, i) => i % 4 === 3) as Buffer;
      expect(after.channels).toBe(4);
      expect(alphaOf(after)).toEqual(alphaOf(before));
      expect(after.data[0]).toBeLessThan(130); // night under every alpha
    });
  }

  it('as lossless WebP where it was', async () => {
    const { bytes } = await nightOf(await street().webp({ lossless: true }).toBuffer(), 'a.webp');
    expect(bytes.includes('VP8L')).toBe(true);
    const lossy = await nightOf(await street().webp().toBuffer(), 'a.webp');
    expect(lossy.bytes.includes('VP8L')).toBe(false);
  });

  it('with chroma as fine, and as progressive, as its JPEG', async () => {
    const full = await nightOf(
      await street().jpeg({ chromaSubsampling: '4:4:4', progressive: true }).toBuffer(),
      'a.jpg',
    );
    const plain = await nightOf(await street().jpeg().toBuffer(), 'a.jpg');
    expect(await sharp(full.bytes).metadata()).toMatchObject({ chromaSubsampling: '4:4:4', isProgressive: true });
    expect(await sharp(plain.bytes).metadata()).toMatchObject({ chromaSubsampling: '4:2:0', isProgressive: false });
  });
});

describe('what a night cannot have of its day is named', () => {
  const lossesOf = async (bytes: Uint8Array, name: string): Promise<readonly string[]> =>
    (await nightOf(bytes, name)).losses;

  it('16 bit', async () => {
    const day = await street().toColourspace('rgb16').png().toBuffer();
    expect((await sharp(day).metadata()).depth).toBe('ushort');
    const { bytes, losses } = await nightOf(day, 'a.png');
    expect(losses).toEqual(['16 bit became 8 bit']);
    expect((await sharp(bytes).metadata()).depth).toBe('uchar');
    expect((await quarters(bytes))[0]).toBeCloseTo(110, -1);
  });

  it('a palette', async () => {
    const day = await street().png({ palette: true }).toBuffer();
    const { bytes, losses } = await nightOf(day, 'a.png');
    expect(losses).toEqual(['its palette became RGB']);
    expect((await sharp(bytes).metadata()).isPalette).toBe(false);
  });

  it('CMYK', async () => {
    const day = await street().toColourspace('cmyk').jpeg().toBuffer();
    expect((await sharp(day).metadata()).space).toBe('cmyk');
    const { bytes, losses } = await nightOf(day, 'a.jpg');
    expect(losses).toEqual(['CMYK became sRGB']);
    expect((await sharp(bytes).metadata()).space).toBe('srgb');
  });

  it('another colour profile: colours become sRGB, and the file says so', async () => {
    const day = await street().withIccProfile('p3').png().toBuffer();
    const { bytes, losses } = await nightOf(day, 'a.png');
    expect(losses).toEqual(['its colour profile became sRGB']);
    const { icc } = await sharp(bytes).metadata();
    expect(icc?.includes('sRGB') || icc?.includes(Buffer.from('sRGB', 'utf16le').swap16())).toBe(true);
    expect((await quarters(bytes))[0]).toBeCloseTo(110, -1);
  });

  it('alpha where the name asks for JPEG, and the format', async () => {
    const day = await street(48, 32, 4).png().toBuffer();
    expect(await lossesOf(day, 'named.jpg')).toEqual(['png became jpeg', 'alpha is left out: JPEG has none']);
  });

  it('frames after the first', async () => {
    const pages = await Promise.all([street(), street().negate()].map((page) => page.png().toBuffer()));
    const gif = await sharp(pages, { join: { animated: true } })
      .gif()
      .toBuffer();
    const webp = await sharp(pages, { join: { animated: true } })
      .webp()
      .toBuffer();
    expect(await lossesOf(gif, 'named.png')).toContain('only the first of several frames or pages is read');
    expect(await lossesOf(webp, 'a.webp')).toContain('only the first of several frames or pages is read');
    const { width, height, format } = await sharp((await nightOf(gif, 'named.png')).bytes).metadata();
    expect([width, height, format]).toEqual([48, 32, 'png']);
  });

  it('a format that is not written: it becomes PNG', async () => {
    const head = Buffer.from('P6 4 2 255\n');
    const ppm = Buffer.concat([head, Buffer.alloc(24, 180)]);
    const { bytes, losses } = await nightOf(ppm, 'a.ppm');
    expect(losses).toEqual(['ppm became png']);
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 4, height: 2, format: 'png' });
  });

  it('what is missing of a damaged file', async () => {
    const day = await street(640, 480).jpeg({ quality: 100 }).toBuffer();
    const cut = day.subarray(0, Math.floor(day.length * 0.6));
    expect(await lossesOf(cut, 'a.jpg')).toEqual(['incomplete or damaged: read as far as it goes']);
  });
});

describe('what is no image', () => {
  it('fails with the reason and its name', async () => {
    await expect(readDay(Buffer.from('not an image'), 'in/x.jpg')).rejects.toThrow(
      /in\/x\.jpg: its content is no image/,
    );
    await expect(readDay(Buffer.alloc(0), 'empty.png')).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
    const head = (await street().png().toBuffer()).subarray(0, 40);
    await expect(readDay(head, 'head.png')).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
    const jpeg = (await street().jpeg().toBuffer()).subarray(0, 200);
    await expect(readDay(jpeg, 'head.jpg')).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
  });
});
