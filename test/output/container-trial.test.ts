import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { fromSeconds } from '../../src/core/time.js';
import { openFileSink } from '../../src/output/av-file-sink.js';
import type { FileSinkOptions, SinkReport } from '../../src/output/file-options.js';
import { paintedFrame } from '../encode/painted-frame.js';
import { ffmpeg, hasFfmpeg } from '../support/ffmpeg.js';
import { ffmpegOutput, ffprobe } from '../support/ffprobe.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const timeBase = { num: 1, den: 90_000 };
/** Sound of half a second, by name of the file that holds it, and FFmpeg's options that make it. */
const SOUNDS: Readonly<Record<string, readonly string[]>> = {
  'pcm.avi': ['-ac', '2', '-c:a', 'pcm_s16le'],
  'pcm24.mov': ['-ac', '2', '-c:a', 'pcm_s24le'],
  'pcm8.avi': ['-ac', '2', '-c:a', 'pcm_u8'],
  'adpcm.avi': ['-ac', '2', '-c:a', 'adpcm_ms'],
  'ac3.mkv': ['-ac', '2', '-c:a', 'ac3'],
  'flac.mkv': ['-ac', '2', '-c:a', 'flac'],
  'alac.mkv': ['-ac', '2', '-c:a', 'alac'],
  'opus.mkv': ['-ac', '2', '-c:a', 'libopus'],
  'vorbis.mkv': ['-ac', '2', '-c:a', 'libvorbis'],
  'mp2.mkv': ['-ac', '2', '-c:a', 'mp2'],
};

/** Writes frames of 64x48 at the given seconds. */
async function write(
  name: string,
  options: Partial<FileSinkOptions> = {},
  seconds = Array.from({ length: 10 }, (_, n) => n / 25),
): Promise<SinkReport> {
  const sinkOptions = { timeBase, frameRate: 25, preset: 'ultrafast', overwrite: true, ...options } as const;
  await using sink = await openFileSink({ path: at(name), ...sinkOptions });
  for (const second of seconds) {
    await sink.write(paintedFrame({ width: 64, height: 48, pts: fromSeconds(second), duration: fromSeconds(0.04) }));
  }
  return await sink.finish();
}

/** Kinds and codecs of a file's streams, in its order. */
function codecsOf(name: string): string[] {
  const { streams } = ffprobe(at(name), '-show_entries', 'stream=codec_name') as { streams: { codec_name: string }[] };
  return streams.map(({ codec_name }) => codec_name);
}

/** When the frames of a file's video are shown, seconds. */
function shownAt(name: string): number[] {
  const entries = ['-select_streams', 'v:0', '-show_entries', 'frame=best_effort_timestamp_time'];
  const { frames } = ffprobe(at(name), ...entries) as { frames: { best_effort_timestamp_time: string }[] };
  return frames.map((frame) => Number(frame.best_effort_timestamp_time));
}

function temporaryFiles(): string[] {
  return readdirSync(folder).filter((name) => name.includes('.nocturne-'));
}

describe.skipIf(!hasFfmpeg)('sound that is copied', () => {
  beforeAll(() => {
    const sources = ['testsrc2=s=64x48:r=25:d=0.5', 'sine=440:d=0.5:r=48000'].flatMap((of) => [
      '-f',
      'lavfi',
      '-i',
      of,
    ]);
    for (const [name, options] of Object.entries(SOUNDS)) {
      ffmpeg(...sources, '-c:v', 'libx264', '-preset', 'ultrafast', ...options, at(name));
    }
  });

  test.each([
    ['pcm.avi', 'mp4', 'pcm_s16le'], // AVI does not store the layout of the channels, which the MP4 muxer needs at its end
    ['pcm.avi', 'mov', 'pcm_s16le'],
    ['pcm.avi', 'mkv', 'pcm_s16le'],
    ['pcm24.mov', 'avi', 'pcm_s24le'],
    ['pcm8.avi', 'mov', 'pcm_u8'],
    ['adpcm.avi', 'mkv', 'adpcm_ms'],
    ['ac3.mkv', 'mp4', 'ac3'],
    ['ac3.mkv', 'ts', 'ac3'],
    ['opus.mkv', 'ts', 'opus'],
    ['opus.mkv', 'mp4', 'opus'],
    ['vorbis.mkv', 'mp4', 'vorbis'],
    ['mp2.mkv', 'ts', 'mp2'],
    ['mp2.mkv', 'mp4', 'mp3'], // MP4 has one number for both; a decoder reads which it is
  ])('is there and decodes: %s to .%s', async (input, extension, codec) => {
    const name = `held.${extension}`;
    const { copiedStreams, notices } = await write(name, { copyFrom: at(input) });
    expect({ copiedStreams, notices }).toEqual({ copiedStreams: 1, notices: [] });
    expect(codecsOf(name)).toContain(codec);
    const decoded = ffmpegOutput('-i', at(name), '-map', '0:a', '-f', 'framecrc', '-').split('\n');
    expect(decoded.filter((line) => line.startsWith('0,')).length).toBeGreaterThan(3);
  });

  test.each([
    ['flac.mkv', 'ts', 'flac'],
    ['alac.mkv', 'ts', 'alac'],
    ['vorbis.mkv', 'ts', 'vorbis'],
    ['pcm.avi', 'ts', 'pcm_s16le'],
    ['pcm8.avi', 'mp4', 'pcm_u8'],
    ['adpcm.avi', 'mp4', 'adpcm_ms'],
    ['adpcm.avi', 'flv', 'adpcm_ms'],
    ['flac.mkv', 'webm', 'flac'],
    ['pcm.avi', 'h264', 'pcm_s16le'],
  ])(
    'is left out with a note where the container makes it private data or fails: %s to .%s',
    async (input, to, codec) => {
      const name = `left.${to}`;
      const codecs = to === 'webm' ? 'vp9' : 'h264';
      const { copiedStreams, notices } = await write(name, { copyFrom: at(input) });
      expect(copiedStreams).toBe(0);
      expect(notices).toEqual([`not copied: audio stream 1 (${codec})`]);
      expect(new Set(codecsOf(name))).toEqual(new Set([codecs]));
      expect(temporaryFiles()).toEqual([]);
    },
  );
});

describe.skipIf(!hasFfmpeg)('a container of one frame rate', () => {
  const uneven = [0, 0.04, 0.08, 0.24, 0.28, 0.6, 0.62, 0.64];

  test('gets frames in equal steps, and the report counts what that took', async () => {
    for (const name of ['uneven.mxf', 'uneven.h264']) {
      const extension = name.slice(name.indexOf('.'));
      const { notices } = await write(name, {}, uneven);
      const rate = `converted to 25 frames/s, since ${extension} has one frame rate: repeated 10, dropped 1`;
      expect(notices).toEqual([rate]);
      expect(shownAt(name)).toHaveLength(17); // 0 to 0.64 s
    }
    expect(shownAt('uneven.mxf').at(-1)).toBeCloseTo(0.64, 6);
  });

  test('is left alone where the frames have that rate', async () => {
    const { notices, frames } = await write('even.mxf', {});
    expect({ notices, frames }).toEqual({ notices: [], frames: 10 });
  });

  test('is refused at a rate that it does not have', async () => {
    await expect(write('slow.mxf', { frameRate: 0.5 })).rejects.toThrow('.mxf does not support 0.5 frames/s');
  });

  test('is complete beyond the reach of its index', async () => {
    const seconds = Array.from({ length: 300 }, (_, n) => n / 25);
    expect(await write('long.mxf', {}, seconds)).toMatchObject({ frames: 300 });
    expect(shownAt('long.mxf')).toHaveLength(300);
  });

  test('is none that keeps times', async () => {
    for (const name of ['uneven.mp4', 'uneven.mkv', 'uneven.ts', 'uneven.avi', 'uneven.flv']) {
      expect((await write(name, {}, uneven)).notices, name).toEqual([]);
      const [start = 0, ...rest] = shownAt(name);
      for (const [n, time] of rest.entries()) expect(time - start, name).toBeCloseTo(uneven[n + 1] ?? 0, 2);
    }
  });
});

describe('a container is refused before the first frame', () => {
  test.each([
    ['night.m3u8', 'several files \\(hls\\)'],
    ['night.mpd', 'several files \\(dash\\)'],
    ['night%03d.png', 'several files \\(image2\\)'],
    ['night.yuv', 'needs the extension of a video container, got .yuv'],
    ['night.2024', 'needs the extension of a video container, got .2024'],
  ])('that is more or less than one video file: %s', async (name, message) => {
    const refused = openFileSink({ path: at(name), timeBase, frameRate: 25 });
    await expect(refused).rejects.toMatchObject({ code: 'OUTPUT_UNSUPPORTED' });
    await expect(refused).rejects.toThrow(new RegExp(message));
    expect(temporaryFiles()).toEqual([]);
    expect(existsSync(at(name))).toBe(false);
  });

  test('that is an address, without its secrets', async () => {
    const refused = openFileSink({ path: 'rtmp://me:hidden@127.0.0.1/live/hidden', timeBase, frameRate: 25 });
    await expect(refused).rejects.toThrow(
      /^The output rtmp:\/\/[^ ]*\*\*\* is an address, and a render writes a file\.$/,
    );
  });

  test.each([
    ['av1', 'ts'], // private data
    ['hevc', 'avi'], // has no name for it: read as raw pixels
    ['h264', 'webm'],
    ['vp9', 'mov'],
    ['h264', 'gif'],
  ] as const)('that does not hold %s: .%s', async (codec, extension) => {
    const path = at(`refused.${extension}`);
    writeFileSync(path, 'precious');
    const refused = openFileSink({ path, codec, timeBase, frameRate: 25, overwrite: true });
    await expect(refused).rejects.toMatchObject({ code: 'OUTPUT_UNSUPPORTED' });
    await expect(refused).rejects.toThrow(`The container .${extension} does not support video of `);
    expect(readdirSync(folder)).toContain(`refused.${extension}`);
    expect(temporaryFiles()).toEqual([]);
  });
});

describe('frames that are too small for the codec', () => {
  test.each([
    ['av1', 16, 16],
    ['av1', 1280, 24],
    ['hevc', 8, 64],
  ] as const)('are refused at once, where the encoder would hang or fail: %s, %dx%d', async (codec, width, height) => {
    await using sink = await openFileSink({ path: at('small.mkv'), codec, timeBase, frameRate: 25 });
    const writing = sink.write(paintedFrame({ width, height }));
    await expect(writing).rejects.toMatchObject({ code: 'OUTPUT_UNSUPPORTED' });
    await expect(writing).rejects.toThrow(new RegExp(`needs frames of \\d+x\\d+ or more, got ${width}x${height}`));
  });

  test.each([
    ['h264', 2, 2],
    ['vp9', 2, 16],
    ['hevc', 16, 16],
    ['av1', 26, 26],
  ] as const)('are not refused from the least size on: %s, %dx%d', async (codec, width, height) => {
    await using sink = await openFileSink({
      ...{ path: at(`least.${codec}.mkv`), codec, timeBase, frameRate: 25, preset: 'ultrafast', overwrite: true },
    });
    await sink.write(paintedFrame({ width, height }));
    expect(await sink.finish()).toMatchObject({ frames: 1 });
  });
});
