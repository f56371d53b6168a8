import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RgbImage } from '../../src/image/rgb-image.js';
import { openSource } from '../../src/ingest/open-source.js';
import { probeInput } from '../../src/ingest/probe.js';
import { readImage } from '../../src/ingest/read-image.js';
import { ffmpeg, hasFfmpeg, meanOf, options, temporaryFolder } from './media.js';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder, ...names);
const [WIDTH, HEIGHT] = [66, 48];

/** Mean luma of an image in BT.709, 0 to 255. */
function lumaOf({ data }: RgbImage): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += 0.2126 * data[i]! + 0.7152 * data[i + 1]! + 0.0722 * data[i + 2]!;
  return (3 * sum) / data.length;
}

/** Reads an image in all ways, expects that they agree, and returns its mean luma and what was changed. */
async function agreedOn(path: string): Promise<{ luma: number; changes: readonly string[] }> {
  const { image, changes } = await readImage(path);
  await using source = await openSource(path, options());
  const { output, steps } = await probeInput(path, options());
  expect(source.info.notices).toEqual(changes);
  expect(steps.slice(0, -1)).toEqual(changes);
  expect([output.width, output.height]).toEqual([image.width, image.height]);
  for await (const frame of source.frames()) {
    expect([frame.width, frame.height]).toEqual([image.width, image.height]);
    expect(frame.color).toEqual({ matrix: 'bt709', range: 'full' });
    expect(Math.abs(meanOf(frame.y, frame.strides[0], frame.width, frame.height) - lumaOf(image))).toBeLessThan(1);
    frame.close();
  }
  return { luma: lumaOf(image), changes };
}

describe.runIf(hasFfmpeg)('an image, read as a frame and as an image,', () => {
  let luma = 0;
  beforeAll(async () => {
    const day = `testsrc2=size=${WIDTH}x${HEIGHT}:rate=25:duration=0.04,format=rgb24`;
    await ffmpeg('-f', 'lavfi', '-i', day, '-frames:v', '1', at('day.png'));
    ({ luma } = await agreedOn(at('day.png')));
    // Red under the transparent left half.
    const rgba = `color=red:size=${WIDTH}x${HEIGHT}:rate=25:duration=0.04,format=rgba,geq=r=255:g='lte(W/2,X)*255':b=0:a='lte(W/2,X)*255'`;
    await ffmpeg('-f', 'lavfi', '-i', rgba, '-frames:v', '1', at('alpha.png'));
  });

  it.each(['png', 'jpg', 'bmp', 'tga'])(
    'that is no image but for its name, %s, is refused in all ways',
    async (extension) => {
      const path = at(`damaged.${extension}`);
      // A JPEG without its beginning: libav decodes noise from it.
      writeFileSync(path, (await sharp(at('day.png')).jpeg({ quality: 100 }).toBuffer()).subarray(300));
      const refused = { code: 'INPUT_NOT_VIDEO' };
      await expect(readImage(path)).rejects.toMatchObject(refused);
      await expect(openSource(path, options())).rejects.toMatchObject(refused);
      await expect(probeInput(path, options())).rejects.toMatchObject(refused);
    },
  );

  const kinds: readonly (readonly [extension: string, args: readonly string[], changes: readonly string[]])[] = [
    ['bmp', [], []],
    ['tga', [], []],
    ['jp2', [], []],
    ['ppm', [], []],
    ['tiff', [], []],
    ['dpx', [], []],
    ['jpg', ['-q:v', '1', '-pix_fmt', 'yuvj444p'], []],
    ['webp', ['-lossless', '1'], []],
    ['png', ['-pix_fmt', 'rgb48be'], ['converted from 16 bit to 8 bit']],
    ['ppm', ['-pix_fmt', 'rgb48be'], ['converted from 16 bit to 8 bit']],
  ];
  it.each(kinds)('is the same in .%s %j', async (extension, args, changes) => {
    const path = at(`kind.${extension}`);
    await ffmpeg('-i', at('day.png'), ...args, '-frames:v', '1', path);
    const found = await agreedOn(path);
    expect(Math.abs(found.luma - luma)).toBeLessThan(2);
    expect(found.changes).toEqual(changes);
  });

  it('is read by its content, whatever its name', async () => {
    await sharp(at('day.png')).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toFile(at('inside.jpeg'));
    await ffmpeg('-i', at('day.png'), at('inside.bmp'));
    for (const [inside, name] of [
      ['inside.jpeg', 'a.png'],
      ['day.png', 'b.jpg'],
      ['inside.bmp', 'c.webp'],
      ['day.png', 'd.mp4'],
      ['inside.jpeg', 'e'],
    ] as const) {
      copyFileSync(at(inside), at(name));
      expect(Math.abs((await agreedOn(at(name))).luma - luma)).toBeLessThan(2);
    }
  });

  it('is as bright as its sRGB twin where it holds linear light', async () => {
    const light = await linearLight();
    writeFileSync(at('light.pfm'), Buffer.concat([Buffer.from(`PF\n${WIDTH} ${HEIGHT}\n-1.0\n`), bottomUp(light, 3)]));
    const grey = light.filter((_, i) => i % 3 === 1);
    writeFileSync(at('grey.pfm'), Buffer.concat([Buffer.from(`Pf\n${WIDTH} ${HEIGHT}\n-1.0\n`), bottomUp(grey, 1)]));
    await ffmpeg('-i', at('light.pfm'), '-c:v', 'exr', '-pix_fmt', 'gbrpf32le', at('light.exr'));
    for (const name of ['light.pfm', 'light.exr']) {
      const found = await agreedOn(at(name));
      expect(Math.abs(found.luma - luma)).toBeLessThan(1.5);
      expect(found.changes).toEqual(['converted from linear floating point to 8-bit sRGB']);
    }
    const green = await sharp(at('day.png')).extractChannel(1).raw().toBuffer();
    const mean = green.reduce((sum, value) => sum + value, 0) / green.length;
    expect(Math.abs((await agreedOn(at('grey.pfm'))).luma - mean)).toBeLessThan(1.5);
  });

  it.each(['png', 'tga', 'tiff', 'webp'])('is black where .%s is transparent, which is reported', async (extension) => {
    const path = at(`alpha.${extension}`);
    if (extension !== 'png') await ffmpeg('-i', at('alpha.png'), '-pix_fmt', 'rgba', path);
    const { image } = await readImage(path);
    expect([...image.data.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect((await agreedOn(path)).changes).toEqual(['transparent parts became black']);
  });

  it('is a video where it is animated, and its first frame in a folder', async () => {
    const images = [await sharp(at('day.png')).png().toBuffer(), await sharp(at('day.png')).negate().png().toBuffer()];
    mkdirSync(at('animated'));
    const animated = sharp(images, { join: { animated: true } });
    await animated
      .clone()
      .webp({ delay: [100, 100] })
      .toFile(at('animated', '1.webp'));
    await animated
      .clone()
      .gif({ delay: [100, 100] })
      .toFile(at('animated', '2.gif'));
    await ffmpeg('-i', at('animated', '2.gif'), '-f', 'apng', at('animated', '3.png'));
    for (const name of ['1.webp', '2.gif', '3.png']) {
      await using source = await openSource(at('animated', name), options());
      let count = 0;
      for await (const frame of source.frames()) {
        count++;
        frame.close();
      }
      expect(count).toBe(2);
    }
    const { steps, durationS } = await probeInput(at('animated'), options());
    expect(durationS).toBe(3 / 25);
    expect(steps).toContain('only the first of several frames or pages is read: 1.webp');
  });

  it('is refused in one line where it is HEIC, also by another name', async () => {
    const bytes = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08mdat', 'latin1');
    for (const name of ['photo.heic', 'photo.jpg']) {
      writeFileSync(at(name), bytes);
      const failure = { code: 'INPUT_UNSUPPORTED', message: `${at(name)} is a HEIC image, which is not read here.` };
      await expect(readImage(at(name))).rejects.toMatchObject(failure);
      await expect(openSource(at(name), options())).rejects.toMatchObject(failure);
      await expect(probeInput(at(name), options())).rejects.toMatchObject(failure);
    }
  });

  it('is listed in a folder by its content, and the rest of the folder is reported', async () => {
    mkdirSync(at('mixed', 'more'), { recursive: true });
    copyFileSync(at('day.png'), at('mixed', 'first'));
    copyFileSync(at('alpha.png'), at('mixed', 'second.png'));
    writeFileSync(at('mixed', 'notes.txt'), 'nothing');
    await using source = await openSource(at('mixed'), options());
    const seen: number[] = [];
    for await (const frame of source.frames()) {
      seen.push(frame.width);
      frame.close();
    }
    expect(seen).toEqual([WIDTH, WIDTH]);
    expect(source.info.notices).toEqual([
      'transparent parts became black: second.png',
      'ignored 1 file that is not an image: notes.txt',
      'ignored 1 folder, whose images are not read: more',
    ]);
  });
});

describe.runIf(hasFfmpeg)('a video with an alpha channel', () => {
  const codecs: readonly (readonly [name: string, args: readonly string[]])[] = [
    ['qtrle.mov', ['-c:v', 'qtrle']],
    ['png.mov', ['-c:v', 'png']],
    ['prores.mov', ['-c:v', 'prores_ks', '-pix_fmt', 'yuva444p10le']],
    ['grey.mov', ['-c:v', 'png', '-pix_fmt', 'ya8']],
    ['deep.mkv', ['-c:v', 'ffv1', '-pix_fmt', 'gbrap16le']],
    ['vp9.webm', ['-c:v', 'libvpx-vp9', '-pix_fmt', 'yuva420p']],
  ];
  it.each(codecs)('is black where %s is transparent', async (name, args) => {
    await ffmpeg('-i', at('alpha.png'), ...args, at(name));
    await using source = await openSource(at(name), options());
    expect(source.info.notices.join()).toContain('transparent parts become black');
    for await (const frame of source.frames()) {
      const black = frame.color.range === 'full' ? 0 : 16;
      expect(Math.abs(meanOf(frame.y, frame.strides[0], 24, HEIGHT) - black)).toBeLessThan(2);
      expect(meanOf(frame.y, frame.strides[0], 20, HEIGHT, 44)).toBeGreaterThan(180);
      frame.close();
    }
  });
});

describe.runIf(hasFfmpeg)('frames that are too large', () => {
  const sizes: readonly (readonly [name: string, size: string, args: readonly string[]])[] = [
    ['wide.mkv', '16640x16', ['-c:v', 'ffv1']],
    ['tall.avi', '16x16640', ['-c:v', 'mjpeg']],
    ['large.avi', '8192x4368', ['-c:v', 'mjpeg']],
    ['large.mjpeg', '8192x4368', ['-c:v', 'mjpeg']],
  ];
  it.each(sizes)('fail with the limit: %s of %s', async (name, size, args) => {
    const grey = `color=gray:size=${size}:rate=25:duration=0.04`;
    await ffmpeg('-f', 'lavfi', '-i', grey, ...args, '-pix_fmt', 'yuvj420p', at(name));
    const message = expect.stringContaining(
      `${size}; a video may have at most 16,384 columns, as many rows and 35.6 million pixels.`,
    ) as string;
    const failure = { code: 'INPUT_UNSUPPORTED', message };
    await expect(openSource(at(name), options())).rejects.toMatchObject(failure);
    await expect(probeInput(at(name), options())).rejects.toMatchObject(failure);
  });

  it('are passed over where another stream of the file has smaller ones', async () => {
    const grey = (size: string): string[] => ['-f', 'lavfi', '-i', `color=gray:size=${size}:rate=25:duration=0.04`];
    const maps = ['-map', '0', '-map', '1', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'];
    await ffmpeg(...grey('8192x4368'), ...grey('64x36'), ...maps, at('two.mkv'));
    await using source = await openSource(at('two.mkv'), options());
    expect(source.info).toMatchObject({ width: 64, height: 36 });
  });
});

/** The day in linear light, `[HEIGHT, WIDTH, 3]`. */
async function linearLight(): Promise<Float32Array> {
  const data = await sharp(readFileSync(at('day.png')))
    .raw()
    .toBuffer();
  return Float32Array.from(data, (value) => {
    const code = value / 255;
    return code <= 0.04045 ? code / 12.92 : ((code + 0.055) / 1.055) ** 2.4;
  });
}

/** Rows from the last to the first, as PFM stores them. */
function bottomUp(values: Float32Array, channels: number): Buffer {
  const row = WIDTH * channels;
  const rows = Array.from({ length: HEIGHT }, (_, y) => values.subarray((HEIGHT - 1 - y) * row, (HEIGHT - y) * row));
  return Buffer.concat(rows.map((each) => Buffer.from(Float32Array.from(each).buffer)));
}
