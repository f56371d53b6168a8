import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Color } from '../../src/core/color.js';
import { openSource } from '../../src/ingest/open-source.js';
import { openFileSink } from '../../src/output/av-file-sink.js';
import { videoEntries } from '../support/ffmpeg.js';
import { ffmpeg, hasFfmpeg, meanOf, options, temporaryFolder } from './media.js';

const folder = temporaryFolder();

/** FFmpeg's names of the colour tags of a file. */
interface Tags {
  readonly matrix?: string;
  readonly primaries?: string;
  readonly transfer?: string;
}

/** A lossless 4:4:4 file of one colour with the tags; its code values are written as given. */
async function flat(codeValues: readonly [number, number, number], tags: Tags, ...more: string[]): Promise<string> {
  const [y, u, v] = codeValues;
  const file = join(folder, `${Object.values(tags).join('-')}.mp4`);
  const source = `color=black:size=64x48:rate=25:duration=0.12,format=yuv444p,geq=lum=${y}:cb=${u}:cr=${v}`;
  const { matrix, primaries, transfer } = tags;
  const params = [
    ...(matrix ? [`colormatrix=${matrix}`] : []),
    ...(primaries ? [`colorprim=${primaries}`] : []),
    ...(transfer ? [`transfer=${transfer}`] : []),
  ];
  const x264 = ['-c:v', 'libx264', '-qp', '0', '-x264-params', params.join(':')];
  await ffmpeg('-f', 'lavfi', '-i', source, ...x264, '-movflags', 'write_colr', ...more, file);
  return file;
}

interface Seen {
  readonly values: readonly number[];
  readonly color: Color;
  readonly notices: string;
}

async function firstFrame(file: string): Promise<Seen> {
  await using source = await openSource(file, options());
  for await (const { y, u, v, strides, width, height, color, ...frame } of closing(source.frames())) {
    const [w, h] = [width / 2, height / 2];
    const values = [meanOf(y, strides[0], width, height), meanOf(u, strides[1], w, h), meanOf(v, strides[2], w, h)];
    frame.close();
    return { values, color, notices: source.info.notices.join('; ') };
  }
  throw new Error('the source has no frame');
}

/** Frames as plain objects, with a bound `close`. */
async function* closing(frames: ReturnType<Awaited<ReturnType<typeof openSource>>['frames']>) {
  for await (const frame of frames) {
    const { y, u, v, strides, width, height, color } = frame;
    yield { y, u, v, strides, width, height, color, close: () => frame.close() };
  }
}

/** Code values of RGB (200, 100, 50) of 255 in a limited range. */
const ORANGE_IN = {
  bt709: [117, 96, 174],
  ycgco: [113, 117, 194],
  bt601: [123, 91, 175],
  fcc: [123, 91, 175],
} as const;

describe.runIf(hasFfmpeg)('primaries and transfer', () => {
  it.each([
    { matrix: 'bt709', primaries: 'smpte432', transfer: 'iec61966-2-1' },
    { matrix: 'bt470bg', primaries: 'bt470bg', transfer: 'bt470bg' },
    { matrix: 'bt709', primaries: 'smpte431', transfer: 'bt709' },
    { matrix: 'bt2020nc', primaries: 'bt2020', transfer: 'bt2020-12' },
  ])('of $primaries and $transfer reach the file', async (tags) => {
    const file = await flat([117, 96, 174], tags);
    await using source = await openSource(file, options());
    for (const extension of ['mp4', 'mkv']) {
      const path = join(folder, `out.${extension}`);
      const sink = await openFileSink({ path, timeBase: source.info.timeBase, frameRate: 25, overwrite: true });
      await using again = await openSource(file, options());
      for await (const frame of again.frames()) await sink.write(frame);
      await sink.finish();
      const entries = videoEntries(path, 'color_primaries', 'color_transfer');
      expect(entries).toEqual({ color_primaries: tags.primaries, color_transfer: tags.transfer });
    }
  });

  it('are those of the matrix where nothing is tagged', async () => {
    const { color } = await firstFrame(await flat([117, 96, 174], { matrix: 'bt709' }));
    expect(color).toEqual({ matrix: 'bt709', range: 'limited' });
  });

  it('of linear light are converted, with a notice', async () => {
    // Half of the light: sRGB encodes it as 1.055 * 0.5^(1/2.4) - 0.055 = 0.7354.
    const { values, color, notices } = await firstFrame(
      await flat([126, 128, 128], { matrix: 'bt709', primaries: 'bt709', transfer: 'linear' }),
    );
    expect(notices).toContain('converted from linear light');
    expect(color).toEqual({ matrix: 'bt709', range: 'limited', transfer: 'srgb' });
    [177, 128, 128].forEach((value, index) => expect(Math.abs((values[index] ?? 0) - value)).toBeLessThan(1.5));
  });
});

describe.runIf(hasFfmpeg)('colour matrices', () => {
  it.each([
    ['ycgco', ORANGE_IN.ycgco, ORANGE_IN.bt709, 'bt709'],
    ['chroma-derived-nc', ORANGE_IN.bt709, ORANGE_IN.bt709, 'bt709'],
  ] as const)('%s is converted, with a notice', async (matrix, from, to, result) => {
    const tags = { matrix, primaries: 'bt709', transfer: 'bt709' };
    const { values, color, notices } = await firstFrame(await flat(from, tags));
    expect(color).toEqual({ matrix: result, range: 'limited' });
    expect(notices).toContain(`converted from the colour matrix ${matrix}`);
    to.forEach((value, index) => expect(Math.abs((values[index] ?? 0) - value)).toBeLessThan(2));
  });

  it('fcc is converted to BT.601, also without other tags', async () => {
    const { values, color, notices } = await firstFrame(await flat(ORANGE_IN.fcc, { matrix: 'fcc' }));
    expect(color.matrix).toBe('bt601');
    expect(notices).toContain('converted from the colour matrix FCC to BT.601');
    ORANGE_IN.bt601.forEach((value, index) => expect(Math.abs((values[index] ?? 0) - value)).toBeLessThan(2));
  });

  it('ycgco is converted without other tags', async () => {
    const ycgco = await firstFrame(await flat(ORANGE_IN.ycgco, { matrix: 'ycgco' }));
    ORANGE_IN.bt709.forEach((value, index) => expect(Math.abs((ycgco.values[index] ?? 0) - value)).toBeLessThan(2));
  });

  it('ICtCp is converted and tone-mapped', async () => {
    const tags = { matrix: 'ictcp', primaries: 'bt2020', transfer: 'smpte2084' };
    const { values, color, notices } = await firstFrame(await flat([100, 128, 128], tags));
    expect(color).toEqual({ matrix: 'bt709', range: 'limited' });
    expect(notices).toContain('tone-mapped');
    expect(notices).toContain('ictcp');
    // Equal chroma is grey in every matrix.
    [128, 128].forEach((value, index) => expect(Math.abs((values[index + 1] ?? 0) - value)).toBeLessThan(3));
  });

  it.each(['smpte2085', 'bt2020c', 'chroma-derived-c'])('%s is refused in one line', async (matrix) => {
    const file = await flat([117, 96, 174], { matrix });
    await expect(openSource(file, options())).rejects.toMatchObject({
      code: 'INPUT_UNSUPPORTED',
      message: `the video has the colour matrix ${matrix}, which cannot be converted.`,
    });
  });
});
