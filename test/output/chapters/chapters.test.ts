import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { micros } from '../../../src/core/time.js';
import { supportsChapters, readChapters, writeChapters } from '../../../src/output/chapters/chapters.js';
import type { Chapter } from '../../../src/output/chapters/chapter.js';
import { ffmpeg } from '../../support/ffmpeg.js';
import { ffmpegOutput, ffprobe } from '../../support/ffprobe.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const WHOLE = { startS: 0, durationS: undefined };
const METADATA =
  ';FFMETADATA1\n' +
  ['Bridge é', 'Tunnel', '日本']
    .map((title, n) => `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${n * 500}\nEND=${n * 500 + 500}\ntitle=${title}\n`)
    .join('');
const TITLES = ['Bridge é', 'Tunnel', '日本'];
const files = {
  mkv: join(folder, 'with.mkv'),
  mp4: join(folder, 'with.mp4'),
  quicktime: join(folder, 'quicktime.mp4'),
  plainMkv: join(folder, 'without.mkv'),
  plainMp4: join(folder, 'without.mp4'),
};

beforeAll(() => {
  const meta = join(folder, 'meta.txt');
  writeFileSync(meta, METADATA);
  const video = ['-f', 'lavfi', '-i', 'testsrc2=s=64x64:r=10:d=1.5'];
  const mapped = [...video, '-i', meta, '-map', '0', '-map_chapters', '1', '-c:v', 'libx264'];
  ffmpeg(...mapped, files.mkv);
  ffmpeg(...mapped, files.mp4);
  ffmpeg(...mapped, '-movflags', 'disable_chpl', files.quicktime);
  ffmpeg(...video, '-c:v', 'libx264', files.plainMkv);
  ffmpeg(...video, '-c:v', 'libx264', files.plainMp4);
});

test.each(['mkv', 'mp4', 'quicktime'] as const)("reads FFmpeg's chapters: %s", async (kind) => {
  const chapters = await readChapters(files[kind], WHOLE);
  expect(chapters.map(({ title }) => title)).toEqual(TITLES);
  expect(chapters.map(({ start }) => start)).toEqual([0, 500_000, 1_000_000]);
  expect(chapters.slice(0, 2).map(({ end }) => end)).toEqual([500_000, 1_000_000]);
});

test('reads the chapters of a part of a file, with times from the start of the part', async () => {
  const chapters = await readChapters(files.mkv, { startS: 0.6, durationS: 0.5 });
  expect(chapters).toMatchObject([
    { title: 'Tunnel', start: 0, end: 400_000 },
    { title: '日本', start: 400_000, end: 500_000 },
  ]);
});

test.each(['plainMkv', 'plainMp4'] as const)(
  'writes chapters that FFmpeg reads and leaves every frame unchanged: %s',
  async (kind) => {
    const path = files[kind];
    const framesBefore = ffmpegOutput('-i', path, '-f', 'framemd5', '-');
    expect(await readChapters(path, WHOLE)).toEqual([]);
    const chapters: Chapter[] = TITLES.map((title, n) => ({
      ...{ title, language: 'und' },
      ...{ start: micros(n * 500_000), end: micros((n + 1) * 500_000) },
    }));
    await writeChapters(path, chapters);
    const { chapters: found } = ffprobe(path, '-show_chapters') as {
      chapters: { start_time: string; tags: { title: string } }[];
    };
    expect(found.map(({ start_time, tags }) => [Number(start_time), tags.title])).toEqual(
      TITLES.map((title, n) => [n / 2, title]),
    );
    expect(await readChapters(path, WHOLE)).toMatchObject(
      chapters.map(({ title, start, end }) => ({ title, start, end })),
    );
    expect(ffmpegOutput('-i', path, '-f', 'framemd5', '-')).toBe(framesBefore);
  },
);

test('cuts a title that is too long for MP4, between two characters', async () => {
  const path = join(folder, 'long.mp4');
  ffmpeg('-i', files.quicktime, '-map', '0:v', '-map_chapters', '-1', '-c', 'copy', path);
  await writeChapters(path, [{ title: `x${'é'.repeat(200)}`, language: 'und', start: micros(0), end: micros(1e6) }]);
  expect((await readChapters(path, WHOLE))[0]?.title).toBe(`x${'é'.repeat(127)}`);
});

test('supports chapters in Matroska and MP4 files only', () => {
  expect(['a.mkv', 'a.MP4', 'a.mov', 'a.webm', 'a.ts', 'a.avi'].map(supportsChapters)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});

test('reads fewer chapters from a broken file, without an error', async () => {
  const path = join(folder, 'broken');
  for (const kind of ['mkv', 'mp4', 'quicktime'] as const) {
    const whole = readFileSync(files[kind]);
    const damage = fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), { maxLength: 20 });
    const length = fc.nat({ max: whole.length });
    await fc.assert(
      fc.asyncProperty(damage, fc.option(length, { nil: whole.length }), async (changes, end) => {
        const bytes = Buffer.from(whole.subarray(0, end));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        writeFileSync(path, bytes);
        expect(Array.isArray(await readChapters(path, WHOLE))).toBe(true);
      }),
      { numRuns: 60 },
    );
  }
});
