import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSource } from '../../src/ingest/open-source.js';
import { ffmpeg, hasFfmpeg, options, temporaryFolder } from './media.js';

const folder = temporaryFolder();
/** 8 white rows at the top and bottom, 16 white columns at the left, of black. */
const framed =
  'color=white:size=96x64:rate=25:duration=0.2,drawbox=x=16:y=8:w=80:h=48:color=black:t=fill,format=yuv420p';

/** Adds a clean aperture box to an MP4 whose index is at its end (ISO/IEC 14496-12, 12.1.4). Sizes and offsets in samples. */
async function addClap(file: string, [width, height, x, y]: readonly number[]): Promise<void> {
  const bytes = await readFile(file);
  const clap = Buffer.alloc(40);
  clap.writeUInt32BE(40, 0);
  clap.write('clap', 4, 'latin1');
  [width, 1, height, 1, x, 2, y, 2].forEach((value = 0, index) => clap.writeInt32BE(value, 8 + index * 4));
  let at = 0;
  for (const name of ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd', 'avc1']) {
    at = bytes.indexOf(name, at, 'latin1');
    bytes.writeUInt32BE(bytes.readUInt32BE(at - 4) + clap.length, at - 4);
  }
  const avcC = bytes.indexOf('avcC', at, 'latin1') - 4;
  await writeFile(file, Buffer.concat([bytes.subarray(0, avcC), clap, bytes.subarray(avcC)]));
}

/** Replaces a Matroska file's colour tags by a crop (RFC 9559, 5.1.4.1.28.10). @param crop bottom, top, left, right. */
async function addPixelCrop(file: string, crop: readonly number[]): Promise<void> {
  const bytes = await readFile(file);
  const at = bytes.indexOf(Buffer.from([0x55, 0xb0]));
  const length = 3 + ((bytes[at + 2] ?? 0) & 0x7f);
  const ids = [0xaa, 0xbb, 0xcc, 0xdd];
  const elements = Buffer.from(crop.flatMap((value, index) => [0x54, ids[index] ?? 0, 0x81, value]));
  const rest = length - elements.length;
  elements.copy(bytes, at);
  bytes.fill(0, at + elements.length, at + length);
  bytes.set([0xec, 0x80 | (rest - 2)], at + elements.length); // a void element
  await writeFile(file, bytes);
}

async function sizeAndWhite(file: string): Promise<{ size: number[]; brightest: number; notices: string }> {
  await using source = await openSource(file, options());
  for await (const frame of source.frames()) {
    const { width, height, y, strides } = frame;
    const rows = Array.from({ length: height }, (_, row) => y.subarray(row * strides[0], row * strides[0] + width));
    const brightest = Math.max(...rows.map((row) => Math.max(...row)));
    frame.close();
    return { size: [width, height], brightest, notices: source.info.notices.join() };
  }
  throw new Error('the source has no frame');
}

describe.runIf(hasFfmpeg)('the crop of a container', () => {
  const lossless = ['-c:v', 'libx264', '-qp', '0'];

  it('is applied in MP4', async () => {
    const file = join(folder, 'clap.mp4');
    await ffmpeg('-f', 'lavfi', '-i', framed, ...lossless, file);
    await addClap(file, [80, 48, 16, 0]);
    const { size, brightest, notices } = await sizeAndWhite(file);
    expect(size).toEqual([80, 48]);
    expect(brightest).toBeLessThan(20);
    expect(notices).toContain('cropped from 96x64 to 80x48, as the container states');
  });

  it('is applied before a rotation', async () => {
    const plain = join(folder, 'plain.mp4');
    const file = join(folder, 'rotated.mp4');
    await ffmpeg('-f', 'lavfi', '-i', framed, ...lossless, plain);
    await ffmpeg('-i', plain, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', file);
    await addClap(file, [80, 48, 16, 0]);
    const { size, brightest } = await sizeAndWhite(file);
    expect(size).toEqual([48, 80]);
    expect(brightest).toBeLessThan(20);
  });

  it('is applied in Matroska, odd numbers too', async () => {
    const file = join(folder, 'crop.mkv');
    const tags = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'];
    await ffmpeg('-f', 'lavfi', '-i', framed, ...lossless, ...tags, '-write_crc32', '0', file);
    await addPixelCrop(file, [8, 8, 17, 1]);
    const { size, brightest } = await sizeAndWhite(file);
    expect(size).toEqual([78, 48]);
    expect(brightest).toBeLessThan(20);
  });

  it('larger than the frame is ignored', async () => {
    const file = join(folder, 'large.mp4');
    await ffmpeg('-f', 'lavfi', '-i', framed, ...lossless, file);
    await addClap(file, [0, 0, 0, 0]);
    expect((await sizeAndWhite(file)).size).toEqual([96, 64]);
  });
});
