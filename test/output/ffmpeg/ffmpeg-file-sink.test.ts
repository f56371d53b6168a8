import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { micros, ticksToMicros } from '../../../src/core/time.js';
import { openFfmpegFileSink } from '../../../src/output/ffmpeg/ffmpeg-file-sink.js';
import type { FileSinkOptions, SinkReport } from '../../../src/output/file-options.js';
import { paintedFrame } from '../../encode/painted-frame.js';
import { ffmpeg, hasFfmpeg } from '../../support/ffmpeg.js';
import { ffprobe, packetsMd5, ptsOf } from '../../support/ffprobe.js';
import { smallDisk } from '../../support/small-disk.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const disk = smallDisk(folder, '300k');
const day = join(folder, 'day.mkv');
const timeBase = { num: 1, den: 90_000 };

/** Writes frames at ticks of 1/90000 s. */
async function write(
  options: Partial<FileSinkOptions> & { path: string },
  ticks: readonly number[] = [0, 3000, 6000, 9000, 12_000],
  encoder?: string,
): Promise<SinkReport> {
  await using sink = await openFfmpegFileSink(
    { timeBase, frameRate: 30, preset: 'ultrafast', ...options },
    {},
    encoder,
  );
  for (const tick of ticks) await sink.write(paintedFrame({ pts: ticksToMicros(BigInt(tick), timeBase) }));
  return await sink.finish();
}

function videoTicks(path: string): number[] {
  return ptsOf(path, 'v:0').map((pts) => Math.round(Number(pts) * 90_000));
}

function partialFiles(path = folder): string[] {
  return readdirSync(path).filter((name) => name.includes('.nocturne-'));
}

describe.runIf(hasFfmpeg)("a file written by the user's FFmpeg", () => {
  beforeAll(() => {
    const inputs = ['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=30:d=3', '-f', 'lavfi', '-i', 'sine=440:d=3'];
    ffmpeg(...inputs, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', day);
  });

  test.each([
    ['mp4', 'h264', { codec_name: 'h264', codec_tag_string: 'avc1' }],
    ['mp4', 'hevc', { codec_name: 'hevc', codec_tag_string: 'hvc1' }],
    ['webm', 'vp9', { codec_name: 'vp9' }],
  ] as const)(
    'holds every frame at its time in .%s with %s, with colour and aspect',
    async (extension, codec, tags) => {
      const path = join(folder, `times.${codec}.${extension}`);
      const ticks = [0, 3060, 7020, 18_000, 27_000].map((tick) => tick + 9000); // milliseconds, which WebM can hold
      const report = await write({ path, codec }, ticks);
      const { streams } = ffprobe(path, '-show_streams', '-count_frames') as { streams: unknown[] };
      expect(streams[0]).toMatchObject({ ...tags, color_space: 'smpte170m', color_range: 'tv', nb_read_frames: '5' });
      expect(videoTicks(path)).toEqual(ticks);
      expect(report).toMatchObject({ path, frames: 5, copiedStreams: 0, notices: [] });
    },
  );

  test('uses an encoder by its name, with its own pixel format', async () => {
    const path = join(folder, 'edit.mov');
    expect((await write({ path }, undefined, 'prores_ks')).encoder).toBe('prores_ks');
    const { streams } = ffprobe(path, '-show_streams') as { streams: unknown[] };
    expect(streams[0]).toMatchObject({ codec_name: 'prores', pix_fmt: 'yuv422p10le' });
    const missing = write({ path: join(folder, 'x.mp4') }, undefined, 'h264_abacus');
    await expect(missing).rejects.toMatchObject({ code: 'ENCODER_UNAVAILABLE' });
  });

  test('copies the sound, and leaves out what the container does not hold', async () => {
    const path = join(folder, 'sound.mp4');
    expect((await write({ path, copyFrom: day })).copiedStreams).toBe(1);
    expect(packetsMd5(path, '0:a')).toBe(packetsMd5(day, '0:a'));
    const report = await write({ path: join(folder, 'silent.webm'), copyFrom: day });
    expect(report).toMatchObject({
      copiedStreams: 0,
      notices: ['not copied: audio stream 1 (aac)'],
    });
  });

  test('copies cover art and attachments where the container holds them, and says what it leaves out', async () => {
    const [cover, withCover, withFont] = [
      join(folder, 'cover.png'),
      join(folder, 'cover.mp4'),
      join(folder, 'font.mkv'),
    ];
    ffmpeg('-i', day, '-frames:v', '1', cover);
    ffmpeg(
      '-i',
      day,
      '-i',
      cover,
      '-map',
      '0',
      '-map',
      '1',
      '-c',
      'copy',
      '-disposition:v:1',
      'attached_pic',
      withCover,
    );
    const attachment = ['-attach', cover, '-metadata:s:t', 'mimetype=font/ttf'];
    ffmpeg('-i', day, '-map', '0:v', '-map', '0:a', '-map', '0:v', '-c', 'copy', ...attachment, withFont);

    const inMp4 = join(folder, 'cover.out.mp4');
    expect(await write({ path: inMp4, copyFrom: withCover })).toMatchObject({ copiedStreams: 2, notices: [] });
    const { streams } = ffprobe(inMp4, '-select_streams', 'v', '-show_streams', '-count_packets') as {
      streams: unknown[];
    };
    expect(streams).toMatchObject([
      { codec_name: 'h264', width: 320, nb_read_packets: '5', disposition: { attached_pic: 0 } },
      { codec_name: 'png', width: 64, nb_read_packets: '1', disposition: { attached_pic: 1 } },
    ]);
    expect(await write({ path: join(folder, 'cover.out.mkv'), copyFrom: withCover })).toMatchObject({
      copiedStreams: 1,
      notices: ['not copied: video stream 2 (png)'],
    });

    const inMkv = join(folder, 'font.out.mkv');
    const notices = ['not copied: other video streams, 1 in number'];
    expect(await write({ path: inMkv, copyFrom: withFont })).toMatchObject({ copiedStreams: 2, notices });
    const fonts = ffprobe(inMkv, '-select_streams', 't', '-show_streams') as { streams: unknown[] };
    expect(fonts.streams[0]).toMatchObject({ tags: { filename: 'cover.png', mimetype: 'font/ttf' } });
    expect(await write({ path: join(folder, 'font.out.mp4'), copyFrom: withFont })).toMatchObject({
      copiedStreams: 1,
      notices: [...notices, expect.stringContaining('not copied: attachment stream 3')],
    });
  });

  test('copies the sound of the rendered part', async () => {
    const path = join(folder, 'part.mp4');
    const ticks = Array.from({ length: 30 }, (_, n) => n * 3000);
    await write({ path, copyFrom: day, startS: 1, durationS: 1 }, ticks);
    const found = ptsOf(path, 'a:0').map(Number);
    const shifted = ptsOf(day, 'a:0')
      .map((pts) => Number(pts) - 1)
      .filter((pts) => pts >= 0 && pts < 1);
    expect(Math.abs(found.length - shifted.length)).toBeLessThanOrEqual(1);
    expect(Math.abs((found[0] ?? NaN) - (shifted[0] ?? NaN))).toBeLessThan(0.03);
    expect(videoTicks(path)).toEqual(ticks);
  });

  test('fits frames of another size to the first, with a notice', async () => {
    const path = join(folder, 'fitted.mp4');
    const sink = await openFfmpegFileSink({ path, timeBase, frameRate: 30 }, {});
    await sink.write(paintedFrame());
    await sink.write(paintedFrame({ pts: micros(40_000), width: 160, height: 160 }));
    expect((await sink.finish()).notices.join()).toContain('scaled 1 frame to 320x240');
  });

  test('leaves no file and no process after an abort, a failure, or no frames', async () => {
    const path = join(folder, 'never.mp4');
    const aborted = await openFfmpegFileSink({ path, timeBase, frameRate: 30, copyFrom: day }, {});
    const writing = aborted.write(paintedFrame());
    await aborted.abort();
    await aborted.abort();
    await writing.catch(() => undefined);
    await expect(aborted.write(paintedFrame())).rejects.toThrow('cannot write after finish or abort');
    const empty = await openFfmpegFileSink({ path, timeBase, frameRate: 30 }, {});
    await expect(empty.finish()).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
    const refused = write({ path: join(folder, 'no.webm'), codec: 'h264' });
    await expect(refused).rejects.toMatchObject({ code: 'OUTPUT_UNSUPPORTED' });
    expect(existsSync(path)).toBe(false);
    expect(partialFiles()).toEqual([]);
  });

  test('replaces a file only with overwrite, and never its own input', async () => {
    const path = join(folder, 'there.mp4');
    writeFileSync(path, 'precious');
    await expect(write({ path })).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    await write({ path, overwrite: true });
    expect(readFileSync(path).indexOf('ftyp')).toBe(4);
    copyFileSync(day, join(folder, 'own.mkv'));
    const same = write({ path: join(folder, 'own.mkv'), copyFrom: join(folder, 'own.mkv'), overwrite: true });
    await expect(same).rejects.toMatchObject({ code: 'OUTPUT_IS_INPUT' });
  });

  test.runIf(disk)('reports a full disk in one line, and leaves no partial file', async () => {
    const path = join(disk?.folder ?? '', 'full.mp4');
    const full = (async () => {
      await using sink = await openFfmpegFileSink({ path, timeBase, frameRate: 30, crf: 0, preset: 'ultrafast' }, {});
      for (let n = 0; n < 120; n++) {
        const frame = paintedFrame({ pts: micros(n * 33_333) });
        for (let i = 0; i < frame.y.length; i++) frame.y[i] = (i * (n + 7) * 2_654_435) >>> 13;
        await sink.write(frame);
      }
      await sink.finish();
    })();
    await expect(full).rejects.toMatchObject({
      code: 'OUTPUT_NO_SPACE',
      message: `Cannot write ${path}: the disk is full.`,
    });
    expect(readdirSync(disk?.folder ?? '')).toEqual([]);
  });
});
