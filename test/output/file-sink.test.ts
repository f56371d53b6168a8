import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fromSeconds, ticksToMicros } from '../../src/core/time.js';
import type { TimeBase } from '../../src/core/time.js';
import { openSource } from '../../src/ingest/open-source.js';
import { DEFAULT_SOURCE_OPTIONS } from '../../src/ingest/source-options.js';
import { openFileSink } from '../../src/output/av-file-sink.js';
import type { FileSinkOptions, SinkReport } from '../../src/output/file-options.js';
import { ffmpeg } from '../support/ffmpeg.js';
import { ffprobe, packetsMd5, ptsOf } from '../support/ffprobe.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { paintedFrame } from '../encode/painted-frame.js';

const folder = temporaryFolder();
const mkv = join(folder, 'drive.mkv');
const mp4 = join(folder, 'drive.mp4');
const primed = join(folder, 'primed.mp4');

const METADATA = `;FFMETADATA1
title=A drive
artist=Somebody
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1500
title=Bridge é
[CHAPTER]
TIMEBASE=1/1000
START=1500
END=3000
title=Tunnel
`;
const SUBTITLES = '1\n00:00:00,500 --> 00:00:01,200\nHello\n\n2\n00:00:02,000 --> 00:00:02,500\nWorld\n';

beforeAll(() => {
  writeFileSync(join(folder, 'meta.txt'), METADATA);
  writeFileSync(join(folder, 'sub.srt'), SUBTITLES);
  const inputs = ['-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=30000/1001:d=3', '-f', 'lavfi', '-i', 'sine=440:d=3'];
  const extra = [
    '-f',
    'lavfi',
    '-i',
    'sine=880:d=3:r=48000',
    '-i',
    join(folder, 'sub.srt'),
    '-i',
    join(folder, 'meta.txt'),
  ];
  const maps = ['-map', '0', '-map', '1', '-map', '2', '-map', '3', '-map_metadata', '4', '-map_chapters', '4'];
  const tags = [
    '-metadata:s:a:0',
    'language=fra',
    '-metadata:s:a:1',
    'language=deu',
    '-metadata:s:s:0',
    'language=eng',
  ];
  const dispositions = ['-disposition:a:0', '0', '-disposition:a:1', 'default'];
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast'];
  ffmpeg(
    ...inputs,
    ...extra,
    ...maps,
    ...video,
    '-c:a:0',
    'aac',
    '-c:a:1',
    'flac',
    '-c:s',
    'srt',
    ...tags,
    ...dispositions,
    mkv,
  );
  ffmpeg(
    ...inputs,
    ...extra,
    ...maps,
    ...video,
    '-c:a:0',
    'aac',
    '-c:a:1',
    'ac3',
    '-c:s',
    'mov_text',
    ...tags,
    ...dispositions,
    mp4,
  );
  ffmpeg(...inputs, '-map', '0', '-map', '1', ...video, '-c:a', 'aac', primed);
});

/** pts of every frame of a file in ticks, and their time base. */
function ticksOf(path: string): { ticks: bigint[]; timeBase: TimeBase } {
  const { packets, streams } = ffprobe(
    path,
    '-select_streams',
    'v:0',
    '-show_entries',
    'packet=pts:stream=time_base',
  ) as {
    packets: { pts: number }[];
    streams: { time_base: string }[];
  };
  const [num = 1, den = 1] = streams[0]!.time_base.split('/').map(Number);
  return { ticks: packets.map(({ pts }) => BigInt(pts)).sort((a, b) => Number(a - b)), timeBase: { num, den } };
}

/** Writes painted frames at the times of an input's frames, with its other streams. */
async function writeLike(input: string, output: string, options: Partial<FileSinkOptions> = {}): Promise<SinkReport> {
  const { ticks, timeBase } = ticksOf(input);
  const path = join(folder, output);
  const sink = await openFileSink({
    path,
    timeBase,
    frameRate: 30000 / 1001,
    preset: 'veryfast',
    copyFrom: input,
    ...options,
  });
  for (const pts of ticks) {
    await sink.write(paintedFrame({ pts: ticksToMicros(pts, timeBase), duration: fromSeconds(1001 / 30000) }));
  }
  return sink.finish();
}

/** Writes frames at 30 per second and nothing else. */
async function writePlain(options: Partial<FileSinkOptions> & { path: string }, count = 10): Promise<SinkReport> {
  await using sink = await openFileSink({
    timeBase: { num: 1, den: 90_000 },
    frameRate: 30,
    preset: 'ultrafast',
    ...options,
  });
  for (let n = 0; n < count; n++)
    await sink.write(paintedFrame({ pts: ticksToMicros(BigInt(n * 3000), { num: 1, den: 90_000 }) }));
  return await sink.finish();
}

function hiddenFiles(path = folder): string[] {
  return readdirSync(path).filter((name) => name.includes('.nocturne-'));
}

function chaptersOf(path: string): unknown {
  const { chapters } = ffprobe(path, '-show_chapters') as {
    chapters: { start_time: string; end_time: string; tags: { title: string } }[];
  };
  return chapters.map(({ start_time, end_time, tags }) => [Number(start_time), Number(end_time), tags.title]);
}

test.each([
  ['Matroska', mkv, 'same.mkv', 3],
  ['MP4', mp4, 'same.mp4', 3],
])('keeps pts, audio, subtitles, chapters and metadata of a %s file', async (_, input, output, streams) => {
  const report = await writeLike(input, output);
  const path = join(folder, output);
  expect(report).toMatchObject({
    path,
    frames: 90,
    copiedStreams: streams,
    chapters: 2,
    notices: [],
    encoder: 'libx264',
  });
  expect(report.bytes).toBe(statSync(path).size);
  expect(ptsOf(path, 'v:0')).toEqual(ptsOf(input, 'v:0'));
  for (const stream of ['a:0', 'a:1', 's:0']) {
    expect(packetsMd5(path, `0:${stream}`), stream).toBe(packetsMd5(input, `0:${stream}`));
    expect(ptsOf(path, stream), stream).toEqual(ptsOf(input, stream));
  }
  const [first, second] = chaptersOf(path) as [number, number, string][];
  expect(first).toEqual([0, 1.5, 'Bridge é']);
  expect(second?.[0]).toBe(1.5);
  expect(second?.[2]).toBe('Tunnel');
  const { format, streams: found } = ffprobe(path, '-show_format', '-show_streams') as {
    format: { tags: Record<string, string>; duration: string };
    streams: { codec_type: string; tags: Record<string, string>; disposition: { default: number } }[];
  };
  const tags = Object.fromEntries(Object.entries(format.tags).map(([name, value]) => [name.toLowerCase(), value]));
  expect(tags).toMatchObject({ title: 'A drive', artist: 'Somebody' });
  const others = found.filter(({ codec_type }) => codec_type === 'audio' || codec_type === 'subtitle');
  expect(others.map((stream) => stream.tags['language'])).toEqual(['fra', 'deu', 'eng']);
  expect(others.slice(0, 2).map(({ disposition }) => disposition.default)).toEqual([0, 1]);
  expect(hiddenFiles()).toEqual([]);
});

test('gives the same frames the same bytes each time', async () => {
  const hashes = new Set<string>();
  for (const round of [1, 2, 3]) {
    const path = join(folder, `again-${round}.mp4`);
    await using source = await openSource('street:size=960x540,rate=25,duration=2', {
      ...DEFAULT_SOURCE_OPTIONS,
      live: false,
    });
    const { timeBase, frameRate } = source.info;
    await using sink = await openFileSink({ path, timeBase, frameRate });
    for await (const frame of source.frames()) await sink.write(frame);
    await sink.finish();
    hashes.add(createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  expect(hashes.size).toBe(1);
});

test('lists the streams that a container does not support, and copies the others', async () => {
  const toMp4 = await writeLike(mkv, 'other.mp4');
  expect(toMp4.notices).toEqual(['not copied: subtitle stream 3 (subrip, eng)']);
  expect(chaptersOf(join(folder, 'other.mp4'))).toHaveLength(2);
  expect(packetsMd5(join(folder, 'other.mp4'), '0:a')).toBe(packetsMd5(mkv, '0:a'));
  const toMkv = await writeLike(mp4, 'other.mkv');
  expect(toMkv.notices).toEqual(['not copied: subtitle stream 3 (mov_text, eng)']);
  const toWebm = await writeLike(mkv, 'other.webm', { preset: 'ultrafast' });
  expect(toWebm.encoder).toBe('libvpx-vp9');
  expect(toWebm.notices).toHaveLength(3);
  const toTs = await writeLike(mp4, 'other.ts');
  expect(toTs.notices).toEqual(['not copied: subtitle stream 3 (mov_text, eng)', 'not copied: 2 chapters']);
  expect(chaptersOf(join(folder, 'other.ts'))).toEqual([]);
});

test.each(['primed.out.mp4', 'primed.out.mkv'])(
  'keeps video and audio in sync when audio starts before zero: %s',
  async (output) => {
    await writeLike(primed, output);
    const path = join(folder, output);
    const isMkv = output.endsWith('.mkv');
    const near = (a: string[], b: string[]): number =>
      Math.max(...a.map((value, n) => Math.abs(Number(value) - Number(b[n]))));
    expect(near(ptsOf(path, 'v:0'), ptsOf(primed, 'v:0'))).toBeLessThanOrEqual(isMkv ? 0.000_501 : 0);
    expect(near(ptsOf(path, 'a:0'), ptsOf(primed, 'a:0'))).toBeLessThanOrEqual(isMkv ? 0.001 : 0.000_03);
    expect(packetsMd5(path, '0:a')).toBe(packetsMd5(primed, '0:a'));
  },
);

test('copies cover art and attachments where the container supports them', async () => {
  const image = join(folder, 'cover.png');
  const [withCover, withFont] = [join(folder, 'cover.mp4'), join(folder, 'font.mkv')];
  ffmpeg('-f', 'lavfi', '-i', 'testsrc=s=64x64:d=0.04', '-frames:v', '1', image);
  ffmpeg(
    '-i',
    primed,
    '-i',
    image,
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
  const attachment = ['-attach', join(folder, 'sub.srt'), '-metadata:s:t', 'mimetype=font/ttf'];
  ffmpeg('-i', primed, '-c', 'copy', ...attachment, withFont);
  expect(await writeLike(withCover, 'cover.out.mp4')).toMatchObject({ copiedStreams: 2, notices: [] });
  const cover = ffprobe(join(folder, 'cover.out.mp4'), '-select_streams', 'v:1', '-show_streams') as {
    streams: unknown[];
  };
  expect(cover.streams[0]).toMatchObject({ codec_name: 'png', disposition: { attached_pic: 1 } });
  expect(await writeLike(withCover, 'cover.out.mkv')).toMatchObject({
    copiedStreams: 1,
    notices: ['not copied: video stream 2 (png)'],
  });
  expect(await writeLike(withFont, 'font.out.mkv')).toMatchObject({ copiedStreams: 2, notices: [] });
  const font = ffprobe(join(folder, 'font.out.mkv'), '-select_streams', 't', '-show_streams') as { streams: unknown[] };
  expect(font.streams[0]).toMatchObject({ tags: { filename: 'sub.srt', mimetype: 'font/ttf' } });
});

test('accepts a file: address to copy from, and rejects one that is the output', async () => {
  const copyFrom = pathToFileURL(mp4).href;
  await writeLike(mp4, 'address.mp4', { copyFrom });
  expect(packetsMd5(join(folder, 'address.mp4'), '0:a')).toBe(packetsMd5(mp4, '0:a'));
  await expect(writePlain({ path: mp4, copyFrom, overwrite: true })).rejects.toMatchObject({ code: 'OUTPUT_IS_INPUT' });
});

test('keeps pts in a container without B-frames', async () => {
  const { timeBase } = ticksOf(mkv);
  await writeLike(mkv, 'plain.ts');
  const [expected, found] = [ptsOf(mkv, 'v:0'), ptsOf(join(folder, 'plain.ts'), 'v:0')];
  expect(timeBase).toEqual({ num: 1, den: 1000 });
  expect(found.map((pts) => Number(pts).toFixed(3))).toEqual(expected.map((pts) => Number(pts).toFixed(3)));
});

test('keeps unusual times: a late start, a variable rate, a long last frame', async () => {
  const timeBase = { num: 1, den: 90_000 };
  const ticks = [126_000n, 129_003n, 135_007n, 144_000n, 200_001n];
  const path = join(folder, 'uneven.mp4');
  const sink = await openFileSink({ path, timeBase, frameRate: 30 });
  for (const [n, pts] of ticks.entries()) {
    const duration = ticksToMicros(n === 4 ? 90_000n : 3000n, timeBase);
    await sink.write(paintedFrame({ pts: ticksToMicros(pts, timeBase), duration }));
  }
  await sink.finish();
  const found = ticksOf(path);
  expect(found.timeBase).toEqual(timeBase);
  expect(found.ticks).toEqual(ticks);
  // A track's duration counts decode times; the edit list, and so the file's duration, includes the last frame's.
  const { format } = ffprobe(path, '-show_format') as { format: { duration: string; start_time: string } };
  expect(Number(format.start_time)).toBeCloseTo(1.4, 6);
  expect(Number(format.duration)).toBeCloseTo((200_001 + 90_000) / 90_000, 6);
});

test.each([
  ['h264', 'mp4', { codec_name: 'h264', codec_tag_string: 'avc1' }],
  ['hevc', 'mp4', { codec_name: 'hevc', codec_tag_string: 'hvc1' }],
  ['av1', 'mkv', { codec_name: 'av1' }],
  ['vp9', 'webm', { codec_name: 'vp9' }],
] as const)('writes decodable %s in %s, with its colour tags', async (codec, extension, tags) => {
  const path = join(folder, `codec.${codec}.${extension}`);
  const { frames } = await writePlain({ path, codec });
  const { streams } = ffprobe(path, '-show_streams', '-count_frames') as { streams: unknown[] };
  expect(streams[0]).toMatchObject({ ...tags, color_space: 'smpte170m', color_range: 'tv', nb_read_frames: '10' });
  expect(frames).toBe(10);
});

test('uses B-frames, and writes the index first', async () => {
  const path = join(folder, 'file.mp4');
  await writePlain({ path, preset: 'medium', overwrite: true }, 30);
  const { frames } = ffprobe(path, '-select_streams', 'v:0', '-show_entries', 'frame=pict_type') as {
    frames: { pict_type: string }[];
  };
  expect(frames.some(({ pict_type }) => pict_type === 'B')).toBe(true);
  const bytes = readFileSync(path);
  expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
  const withChapters = readFileSync(join(folder, 'same.mp4'));
  expect(withChapters.indexOf('moov')).toBeLessThan(withChapters.indexOf('mdat'));
});

test('copies the rendered part of the audio', async () => {
  const path = join(folder, 'part.mp4');
  const timeBase = { num: 1, den: 30_000 };
  const sink = await openFileSink({ path, timeBase, frameRate: 30, copyFrom: mp4, startS: 1, durationS: 1 });
  for (let n = 0; n < 30; n++) await sink.write(paintedFrame({ pts: ticksToMicros(BigInt(n * 1000), timeBase) }));
  const report = await sink.finish();
  expect(report.chapters).toBe(2);
  const [first, second] = chaptersOf(path) as [number, number, string][];
  expect(first).toEqual([0, 0.5, 'Bridge é']);
  expect(second?.[0]).toBe(0.5);
  const shifted = ptsOf(mp4, 'a:0')
    .map((pts) => Number(pts) - 1)
    .filter((pts) => pts >= 0 && pts < 1);
  const found = ptsOf(path, 'a:0').map(Number);
  expect(found).toHaveLength(shifted.length);
  found.forEach((pts, n) => expect(Math.abs(pts - shifted[n]!)).toBeLessThan(0.000_05));
});

test('leaves no file after an abort, a failure, or no frames', async () => {
  const path = join(folder, 'never.mp4');
  const options = { path, timeBase: { num: 1, den: 30 }, frameRate: 30, copyFrom: mp4 };
  const aborted = await openFileSink(options);
  const writing = aborted.write(paintedFrame());
  await aborted.abort();
  await aborted.abort();
  await writing;
  await expect(aborted.write(paintedFrame())).rejects.toThrow('cannot write after finish or abort');
  const empty = await openFileSink(options);
  await expect(empty.finish()).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
  expect(existsSync(path)).toBe(false);
  expect(hiddenFiles()).toEqual([]);
});

test('replaces a file only with overwrite, and never its own input', async () => {
  const path = join(folder, 'there.mp4');
  writeFileSync(path, 'precious');
  await expect(writePlain({ path })).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
  expect(readFileSync(path, 'utf8')).toBe('precious');
  await writePlain({ path, overwrite: true });
  expect(readFileSync(path).indexOf('ftyp')).toBe(4);
  copyFileSync(mp4, join(folder, 'own.mp4'));
  linkSync(join(folder, 'own.mp4'), join(folder, 'hard.mp4'));
  symlinkSync(join(folder, 'own.mp4'), join(folder, 'soft.mp4'));
  for (const name of ['own.mp4', 'hard.mp4', 'soft.mp4', '../' + folder.split('/').at(-1)! + '/own.mp4']) {
    const same = writePlain({ path: join(folder, name), copyFrom: join(folder, 'own.mp4'), overwrite: true });
    await expect(same, name).rejects.toMatchObject({ code: 'OUTPUT_IS_INPUT' });
  }
  expect(readFileSync(join(folder, 'own.mp4'))).toEqual(readFileSync(mp4));
});

test('rejects paths that it cannot write, with the reason', async () => {
  mkdirSync(join(folder, 'folder.mp4'));
  await expect(writePlain({ path: join(folder, 'folder.mp4'), overwrite: true })).rejects.toMatchObject({
    code: 'OUTPUT_FAILED',
  });
  await expect(writePlain({ path: join(folder, 'no', 'such.mp4') })).rejects.toThrow('its folder does not exist');
  await expect(writePlain({ path: join(folder, 'night.docx') })).rejects.toMatchObject({ code: 'OUTPUT_UNSUPPORTED' });
  await expect(writePlain({ path: join(folder, 'night') })).rejects.toMatchObject({ code: 'OUTPUT_UNSUPPORTED' });
  await expect(writePlain({ path: join(folder, 'night.png') })).rejects.toMatchObject({ code: 'OUTPUT_UNSUPPORTED' });
  await expect(writePlain({ path: join(folder, 'night.wav') })).rejects.toMatchObject({ code: 'OUTPUT_UNSUPPORTED' });
  await expect(writePlain({ path: join(folder, 'vp9.avi'), codec: 'av1' })).resolves.toBeDefined();
  await expect(writePlain({ path: join(folder, 'h264.webm'), codec: 'h264' })).rejects.toMatchObject({
    code: 'OUTPUT_UNSUPPORTED',
  });
  await expect(writePlain({ path: join(folder, 'x.mp4'), copyFrom: join(folder, 'gone.mp4') })).rejects.toMatchObject({
    code: 'INPUT_NOT_FOUND',
  });
  expect(hiddenFiles()).toEqual([]);
});

const small = join(folder, 'small');
let isMounted = false;
beforeAll(() => {
  mkdirSync(small);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', small], { stdio: 'pipe' });
    isMounted = true;
  } catch (error) {
    console.warn(`SKIPPED: a full disk needs a tmpfs, and mounting one failed (${String(error).split('\n')[0]})`);
  }
});
afterAll(() => {
  if (isMounted) execFileSync('umount', [small]);
});

test('reports a disk that is full from the start, with and without stream copy', async ({ skip }) => {
  if (!isMounted) skip();
  const filler = join(small, 'filler');
  try {
    expect(() => {
      writeFileSync(filler, Buffer.alloc(1 << 20));
    }).toThrow('ENOSPC');
    const path = join(small, 'night.mp4');
    for (const writing of [() => writePlain({ path }), () => writePlain({ path, copyFrom: mp4 })]) {
      await expect(writing()).rejects.toMatchObject({ code: 'OUTPUT_NO_SPACE' });
      expect(readdirSync(small)).toEqual(['filler']);
    }
  } finally {
    rmSync(filler, { force: true });
  }
});

test('reports a full disk, and leaves no partial file', async ({ skip }) => {
  if (!isMounted) skip();
  for (const name of ['full.mp4', 'full.mkv']) {
    const full = (async () => {
      const sink = await openFileSink({
        path: join(small, name),
        timeBase: { num: 1, den: 30 },
        frameRate: 30,
        crf: 0,
        preset: 'ultrafast',
      });
      try {
        for (let n = 0; n < 200; n++) {
          const frame = paintedFrame({ pts: ticksToMicros(BigInt(n), { num: 1, den: 30 }) });
          for (let i = 0; i < frame.y.length; i++) frame.y[i] = (i * (n + 7) * 2_654_435) >>> 13;
          await sink.write(frame);
        }
        await sink.finish();
      } finally {
        await sink.abort();
      }
    })();
    await expect(full).rejects.toMatchObject({
      code: 'OUTPUT_NO_SPACE',
      message: `Cannot write ${join(small, name)}: the disk is full.`,
    });
    expect(readdirSync(small)).toEqual([]);
  }
});
