import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/core/frame.js';
import { openSource } from '../../src/ingest/open-source.js';
import { ffmpeg, hasFfmpeg, meanOf, options, pattern, probedTimes, pull, temporaryFolder } from './media.js';
import { describeSourceContract } from './source-contract.js';

const folder = temporaryFolder();
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];
const x265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error'];

const FORMATS: Record<string, string[]> = {
  'h264.mp4': [...x264, '-bf', '2'],
  'h264.mkv': x264,
  'h264.mov': x264,
  'h264.ts': x264,
  'h264.avi': [...x264, '-bf', '0'],
  'hevc.mp4': x265,
  'vp9.webm': ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'],
  'av1.mkv': ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime'],
  'mjpeg.avi': ['-c:v', 'mjpeg', '-q:v', '3'],
  'mpeg4.mp4': ['-c:v', 'mpeg4'],
};

/** Mean code values of a frame: Y, U, V. */
function means({ y, u, v, strides, width, height }: Frame): number[] {
  const [w, h] = [width / 2, height / 2];
  return [meanOf(y, strides[0], width, height), meanOf(u, strides[1], w, h), meanOf(v, strides[2], w, h)];
}

async function firstFrame(
  file: string,
): Promise<{ values: number[]; info: Awaited<ReturnType<typeof openSource>>['info'] }> {
  await using source = await openSource(file, options());
  for await (const frame of source.frames()) {
    const values = means(frame);
    frame.close();
    return { values, info: source.info };
  }
  throw new Error('the source has no frame');
}

describe.runIf(hasFfmpeg)('containers and codecs', () => {
  it.each(Object.entries(FORMATS))('reads every frame of %s with the pts that ffprobe reports', async (name, codec) => {
    const file = join(folder, name);
    await ffmpeg(
      ...pattern('160x96', 25, 1),
      '-pix_fmt',
      name.startsWith('mjpeg') ? 'yuvj420p' : 'yuv420p',
      ...codec,
      file,
    );
    await using source = await openSource(file, options());
    expect(source.info).toMatchObject({ width: 160, height: 96, isLive: false, frameRate: 25 });
    const seen = await pull(source);
    const expected = await probedTimes(file);
    expect(seen).toHaveLength(25);
    seen.forEach(({ pts }, index) => expect(pts / 1e6).toBeCloseTo(expected[index] ?? NaN, 5));
    expect(source.stats).toMatchObject({ decoded: 25, corrupt: 0, dropped: 0 });
  });

  describeSourceContract('a file', {
    ends: true,
    open: async () => {
      const file = join(folder, 'contract.mp4');
      await ffmpeg(...pattern('64x48', 25, 0.6), '-pix_fmt', 'yuv420p', ...x264, file);
      return openSource(file, options());
    },
  });
});

describe.runIf(hasFfmpeg)('pixel formats and colour', () => {
  /** A file with uniform frames of the YUV code values (BT.709 limited), encoded losslessly. */
  async function flat(name: string, codeValues: [number, number, number], ...args: string[]): Promise<string> {
    const [y, u, v] = codeValues;
    const file = join(folder, name);
    const source = `color=black:size=64x48:rate=25:duration=0.2,format=yuv444p,geq=lum=${y}:cb=${u}:cr=${v}`;
    await ffmpeg('-f', 'lavfi', '-i', source, ...args, file);
    return file;
  }

  it('keeps the code values and tags of limited and full range', async () => {
    const tags = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];
    const limited = await flat('limited.mp4', [100, 90, 160], '-pix_fmt', 'yuv420p', ...x264, '-qp', '0', ...tags);
    const one = await firstFrame(limited);
    expect(one.values).toEqual([100, 90, 160]);
    expect(one.info.color).toEqual({ matrix: 'bt709', range: 'limited' });
    const full = await flat(
      'full.mkv',
      [100, 90, 160],
      '-vf',
      'setparams=range=pc',
      '-pix_fmt',
      'yuvj420p',
      ...x264,
      '-qp',
      '0',
    );
    const two = await firstFrame(full);
    expect(two.info.color.range).toBe('full');
  });

  it('assumes BT.601 for untagged video below 720 lines and BT.709 from there', async () => {
    const small = await flat('untagged.mp4', [100, 128, 128], '-pix_fmt', 'yuv420p', ...x264);
    expect((await firstFrame(small)).info.color).toEqual({ matrix: 'bt601', range: 'limited' });
    const large = join(folder, 'untagged-720.mp4');
    await ffmpeg(...pattern('1280x720', 25, 0.1), '-pix_fmt', 'yuv420p', ...x264, large);
    expect((await firstFrame(large)).info.color).toEqual({ matrix: 'bt709', range: 'limited' });
  });

  it.each([
    ['yuv422p.mkv', 'yuv422p', x264],
    ['yuv444p.mkv', 'yuv444p', x264],
    ['yuv420p10.mkv', 'yuv420p10le', x265],
    ['nv12.mkv', 'nv12', ['-c:v', 'rawvideo']],
    ['yuyv.mkv', 'yuyv422', ['-c:v', 'rawvideo']],
  ])('converts %s to I420 with the same code values', async (name, pixelFormat, codec) => {
    const file = await flat(name, [100, 90, 160], '-pix_fmt', pixelFormat, ...codec, '-crf', '0');
    const { values } = await firstFrame(file);
    [100, 90, 160].forEach((value, index) => expect(Math.abs((values[index] ?? 0) - value)).toBeLessThanOrEqual(1));
  });

  it('converts red of an RGB codec to BT.709, limited range', async () => {
    const file = join(folder, 'rgb.mkv');
    await ffmpeg('-f', 'lavfi', '-i', 'color=red:size=64x48:duration=0.2,format=gbrp', '-c:v', 'ffv1', file);
    const { values, info } = await firstFrame(file);
    expect(info.color).toEqual({ matrix: 'bt709', range: 'limited' });
    [63, 102, 240].forEach((value, index) => expect(Math.abs((values[index] ?? 0) - value)).toBeLessThanOrEqual(1));
  });

  it('keeps 10-bit BT.2020 video without HDR in BT.2020', async () => {
    const tags = ['-colorspace', 'bt2020nc', '-color_primaries', 'bt2020', '-color_trc', 'bt2020-10'];
    const params = ['-x265-params', 'log-level=error:colormatrix=bt2020nc:transfer=bt2020-10:colorprim=bt2020'];
    const file = await flat(
      'bt2020.mp4',
      [100, 90, 160],
      '-pix_fmt',
      'yuv420p10le',
      '-c:v',
      'libx265',
      ...params,
      ...tags,
    );
    expect((await firstFrame(file)).info.color.matrix).toBe('bt2020');
  });

  it.each([
    ['pq', 'smpte2084'],
    ['hlg', 'arib-std-b67'],
  ])('tone-maps %s to BT.709 and adds a notice', async (name, transfer) => {
    const params = `log-level=error:colormatrix=bt2020nc:transfer=${transfer}:colorprim=bt2020`;
    const file = join(folder, `${name}.mp4`);
    await ffmpeg(
      ...[...pattern('160x96', 25, 0.4), '-pix_fmt', 'yuv420p10le', '-c:v', 'libx265', '-preset', 'ultrafast'],
      ...[
        '-x265-params',
        params,
        '-color_trc',
        transfer,
        '-colorspace',
        'bt2020nc',
        '-color_primaries',
        'bt2020',
        file,
      ],
    );
    const { values, info } = await firstFrame(file);
    expect(info.color).toEqual({ matrix: 'bt709', range: 'limited' });
    expect(info.notices.join()).toContain('tone-mapped');
    expect(values[0]).toBeGreaterThan(20);
    expect(values[0]).toBeLessThan(220);
  });

  it('keeps the sample aspect', async () => {
    const file = join(folder, 'anamorphic.mp4');
    await ffmpeg(...pattern('160x96', 25, 0.2), '-vf', 'setsar=4/3', '-pix_fmt', 'yuv420p', ...x264, file);
    expect((await firstFrame(file)).info.sampleAspect).toEqual([4, 3]);
  });
});

describe.runIf(hasFfmpeg)('geometry', () => {
  it.each([
    ['yuv444p', x264],
    ['yuv420p', ['-c:v', 'ffv1']],
  ])('crops odd sides of %s to even ones and adds a notice', async (pixelFormat, codec) => {
    const file = join(folder, `odd-${pixelFormat}.mkv`);
    const crop = `format=yuv444p,crop=321:181:0:0:exact=1,format=${pixelFormat}`;
    await ffmpeg(...pattern('322x182', 25, 0.2), '-vf', crop, ...codec, file);
    const { info } = await firstFrame(file);
    expect([info.width, info.height]).toEqual([320, 180]);
    expect(info.notices.join()).toContain('321x181 is cropped to 320x180');
  });

  it.each([
    [90, 'top-right', [96, 160]],
    [180, 'bottom-right', [160, 96]],
    [270, 'bottom-left', [96, 160]],
  ])('rotates video upright that is stored rotated by %i degrees', async (degrees, _corner, size) => {
    // The top left quarter is white; the ffmpeg tool's own autorotation gives its expected position.
    const plain = join(folder, 'corner.mp4');
    const rotated = join(folder, `rotated-${degrees}.mp4`);
    const reference = join(folder, `rotated-${degrees}-reference.mkv`);
    const white =
      'color=black:size=160x96:rate=25:duration=0.2,drawbox=x=0:y=0:w=80:h=48:color=white:t=fill,format=yuv420p';
    await ffmpeg('-f', 'lavfi', '-i', white, ...x264, plain);
    await ffmpeg('-i', plain, '-c', 'copy', '-metadata:s:v:0', `rotate=${degrees}`, rotated);
    await ffmpeg('-i', rotated, ...x264, reference);
    const quarters = async (file: string): Promise<number[]> => {
      await using source = await openSource(file, options());
      for await (const { y, strides, width, height, ...frame } of withFields(source.frames())) {
        const [w, h] = [width / 2, height / 2];
        const corners = [0, 1, 2, 3].map((n) => meanOf(y, strides[0], w, h, (n % 2) * w, Math.floor(n / 2) * h));
        frame.close();
        return [width, height, ...corners.map((mean) => Math.round(mean / 32))];
      }
      return [];
    };
    const got = await quarters(rotated);
    expect(got.slice(0, 2)).toEqual(size);
    expect(got).toEqual(await quarters(reference));
  });

  it('deinterlaces interlaced video and loses no frame', async () => {
    const file = join(folder, 'interlaced.mp4');
    const flags = ['-vf', 'tinterlace=mode=interleave_top,setfield=tff', '-flags', '+ildct+ilme'];
    await ffmpeg(
      ...pattern('160x96', 50, 1),
      ...flags,
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'mpeg2video',
      '-b:v',
      '2M',
      file,
    );
    await using source = await openSource(file, options());
    const seen = await pull(source);
    expect(seen).toHaveLength((await probedTimes(file)).length);
    expect(source.info.notices.join()).toContain('deinterlaced');
    const expected = await probedTimes(file);
    seen.forEach(({ pts }, index) => expect(pts / 1e6).toBeCloseTo(expected[index] ?? NaN, 5));
  });

  it('continues after a change of size mid-stream', async () => {
    const parts = ['160x96', '240x136'].map((size) => [size, join(folder, `${size}.ts`)] as const);
    for (const [size, file] of parts) await ffmpeg(...pattern(size, 25, 0.4), '-pix_fmt', 'yuv420p', ...x264, file);
    const joined = join(folder, 'joined.ts');
    await ffmpeg('-i', `concat:${parts.map(([, file]) => file).join('|')}`, '-c', 'copy', joined);
    await using source = await openSource(joined, options());
    const sizes = new Map<string, number>();
    let last = -1;
    for await (const frame of source.frames()) {
      expect([source.info.width, source.info.height]).toEqual([frame.width, frame.height]);
      expect(frame.pts).toBeGreaterThan(last);
      last = frame.pts;
      const key = `${frame.width}x${frame.height}`;
      sizes.set(key, (sizes.get(key) ?? 0) + 1);
      frame.close();
    }
    expect([...sizes.keys()]).toEqual(['160x96', '240x136']);
    expect(sizes.get('160x96')).toBe(10);
    expect(sizes.get('240x136')).toBeGreaterThanOrEqual(9);
  });

  it('continues after a change of codec mid-stream', async () => {
    const one = join(folder, 'one.ts');
    const two = join(folder, 'two.ts');
    await ffmpeg(...pattern('160x96', 25, 0.4), '-pix_fmt', 'yuv420p', ...x264, one);
    await ffmpeg(...pattern('160x96', 25, 0.4), '-pix_fmt', 'yuv420p', '-c:v', 'mpeg2video', two);
    const both = join(folder, 'both.ts');
    await writeFile(both, Buffer.concat([await readFile(one), await readFile(two)]));
    await using source = await openSource(both, options());
    const seen = await pull(source);
    expect(seen.length).toBeGreaterThanOrEqual(18);
    expect(source.info.codec).toBe('mpeg2video');
  });
});

/** Frames as plain objects that can be destructured and closed. */
async function* withFields(
  frames: AsyncIterable<Frame>,
): AsyncGenerator<Pick<Frame, 'y' | 'strides' | 'width' | 'height' | 'close'>> {
  for await (const frame of frames) {
    const { y, strides, width, height } = frame;
    yield { y, strides, width, height, close: () => frame.close() };
  }
}
