import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { render } from '../../../src/library.js';
import { ffmpeg, hasFfmpeg, videoEntries, videoPts } from '../../support/ffmpeg.js';
import { ffprobe, ptsOf } from '../../support/ffprobe.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const fast = { preset: 'ultrafast', generator: 'grade' } as const;
const source = (size: string, seconds: number): string[] => [
  ...['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=${seconds}`],
];
const tone = (seconds: number): string[] => ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`];
const sentAt = (seconds: number): string[] => [
  '-muxdelay',
  '0',
  '-muxpreload',
  '0',
  '-output_ts_offset',
  String(seconds),
];

/** Frames that a player shows of a stream, and when the first is shown, seconds. */
function shown(name: string, stream: string): { frames: number; start: number } {
  const { streams } = ffprobe(at(name), '-select_streams', stream, '-count_frames', '-show_streams') as {
    streams: { nb_read_frames: string; start_time: string }[];
  };
  return { frames: Number(streams[0]?.nb_read_frames), start: Number(streams[0]?.start_time) };
}

describe.skipIf(!hasFfmpeg)('a video of several formats', () => {
  it('becomes one of the first, and the report counts the frames that were fitted', async () => {
    ffmpeg(...source('64x36', 0.4), '-c:v', 'libx264', ...sentAt(1), at('small.ts'));
    ffmpeg(...source('96x96', 0.4), '-c:v', 'libx264', ...sentAt(1.4), at('square.ts'));
    const tags = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];
    ffmpeg(...source('64x36', 0.4), '-c:v', 'libx264', ...tags, ...sentAt(1.8), at('tagged.ts'));
    const parts = ['small.ts', 'square.ts', 'tagged.ts'].map((name) => readFileSync(at(name)));
    writeFileSync(at('mixed.ts'), Buffer.concat(parts));
    for (const name of ['mixed.mp4', 'mixed.mkv']) {
      const report = await render(at('mixed.ts'), at(name), { ...fast, lamps: at(`${name}.jsonl`), overwrite: true });
      expect(report).toMatchObject({ frames: 30, width: 64, height: 36, corrupt: 0, liveFrames: 0 });
      expect(report.notices).toEqual([
        expect.stringMatching(/^scaled 10 frames to 64x36, the size of the first: 96x96 from 1\.4\d\d s$/),
        expect.stringMatching(
          /^converted 1[0-2] frames to the colour of the first \(BT\.601, limited range\), from 1\.[78]/,
        ),
      ]);
      expect(shown(name, 'v:0').frames).toBe(30);
      expect(videoEntries(at(name), 'width', 'height', 'color_space')).toEqual({
        ...{ width: '64', height: '36', color_space: 'smpte170m' },
      });
    }
  });

  it('may be a folder of images of any kind and size', async () => {
    mkdirSync(at('images'));
    const image = (width: number, height: number): Sharp =>
      sharp({ create: { width, height, channels: 3, background: '#8899aa' } });
    await image(64, 36).jpeg().toFile(at('images/1.jpg'));
    await image(64, 36).png().toFile(at('images/2.png'));
    await image(36, 64).webp().toFile(at('images/3.webp'));
    const report = await render(at('images'), at('images.mkv'), fast);
    expect(report).toMatchObject({ frames: 3, width: 64, height: 36, corrupt: 0 });
    expect(report.notices.join('\n')).toMatch(/scaled 1 frame to 64x36, the size of the first: 36x64 from 0\.080 s/);
    expect(shown('images.mkv', 'v:0').frames).toBe(3);
  });
});

describe.skipIf(!hasFfmpeg)('a recording that begins just before its clock starts again from 0', () => {
  it.each(['mp4', 'mkv', 'ts'])('is shown and heard whole: .%s', async (extension) => {
    const [input, output] = [`wrap-${extension}.ts`, `wrap.${extension}`];
    // An MPEG-TS clock has 33 bits of 1/90000 s: it ends at 95443.717 s, so the first times count as negative.
    const streams = ['-c:v', 'libx264', '-c:a', 'aac'];
    ffmpeg(...source('64x36', 0.6), ...tone(0.6), ...streams, ...sentAt(95_443.4), at(input));
    const [video, audio] = [shown(input, 'v:0'), shown(input, 'a:0')];
    expect(video.start).toBeLessThan(0);
    const report = await render(at(input), at(output), { ...fast, lamps: at(`${output}.jsonl`) });
    expect(report).toMatchObject({ frames: 15, notices: [] });
    const [newVideo, newAudio] = [shown(output, 'v:0'), shown(output, 'a:0')];
    expect([newVideo.frames, newAudio.frames]).toEqual([15, audio.frames]);
    expect(newVideo.start - newAudio.start).toBeCloseTo(video.start - audio.start, 2);
    const listed = readFileSync(at(`${output}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n');
    const times = listed.map((line) => (JSON.parse(line) as { pts: number }).pts); // our own file
    const found = videoPts(at(output)).map((pts) => Number(pts) - newVideo.start);
    for (const [n, pts] of found.entries()) expect(times[n]! - times[0]!).toBeCloseTo(pts, 2);
    expect(times[0]).toBeGreaterThanOrEqual(0);
  });
});

describe('a folder of images goes', () => {
  it('to a folder, whatever its name looks like', async () => {
    mkdirSync(at('day'));
    await sharp({ create: { width: 16, height: 16, channels: 3, background: '#8899aa' } })
      .png()
      .toFile(at('day/a.png'));
    for (const name of ['there.2025', 'there.mp4', 'there.png']) mkdirSync(at(name));
    for (const name of ['night.2024', 'v1.10', 'there.2025', 'there.mp4', 'there.png', 'new.mkv/', 'plain']) {
      expect((await render(at('day'), at(name), fast)).frames, name).toBe(1);
      expect(readdirSync(at(name)), name).toEqual(['a.png']);
    }
    await expect(render(at('day'), at('one.png'), fast)).rejects.toMatchObject({ code: 'OUTPUT_UNSUPPORTED' });
    expect((await render(at('day/a.png'), at('of-one/'), fast)).frames).toBe(1);
    expect(readdirSync(at('of-one'))).toEqual(['a.png']);
    expect((await render(at('day'), at('video.mkv'), fast)).encoder).toBe('libx264');
  });

  it('under long names, and reports one that is too long', async () => {
    const long = `${'画'.repeat(83)}.png`;
    expect((await render(at('day/a.png'), at(long), fast)).frames).toBe(1);
    expect(existsSync(at(long))).toBe(true);
    const failure = { code: 'OUTPUT_FAILED', message: expect.stringMatching(/the name is too long\.$/) as string };
    for (const extension of ['png', 'mp4']) {
      await expect(render(at('day/a.png'), at(`${'画'.repeat(90)}.${extension}`), fast)).rejects.toMatchObject(failure);
    }
  });

  it('to a disk that fills up: complete images stay, and the message names the next one', async ({ skip }) => {
    const small = at('small');
    mkdirSync(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', small], { stdio: 'pipe' });
    } catch (error) {
      console.warn(`SKIPPED: a full disk needs a tmpfs, and mounting one failed (${String(error).split('\n')[0]})`);
      skip();
    }
    try {
      mkdirSync(at('noise'));
      const noise = {
        width: 128,
        height: 128,
        channels: 3,
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
      } as const;
      for (const name of ['1.png', '2.png', '3.png', '4.png', '5.png', '6.png']) {
        await sharp({ create: { ...noise, background: '#888' } })
          .png()
          .toFile(at(`noise/${name}`));
      }
      const rendering = render(at('noise'), join(small, 'night'), fast);
      const failure = await rendering.catch(
        (error: unknown) => error as { code: string; message: string; remedy: string },
      );
      const complete = readdirSync(join(small, 'night'));
      expect(complete.length).toBeGreaterThan(0);
      expect(failure).toMatchObject({
        code: 'OUTPUT_NO_SPACE',
        message: `Cannot write ${join(small, 'night', `${complete.length + 1}.png`)}: the disk is full.`,
        remedy: expect.stringContaining('pass --overwrite to start again') as string,
      });
      expect(complete).toEqual(complete.map((_, n) => `${n + 1}.png`));
      for (const name of complete) expect((await sharp(join(small, 'night', name)).stats()).isOpaque).toBe(true);
    } finally {
      execFileSync('umount', [small]);
    }
  });
});

describe.skipIf(!hasFfmpeg)('sound with gaps', () => {
  it.each([
    ['bursts', "aselect='lt(mod(t,2),0.05)'", 'pcm_s16le'],
    ['a long gap', "aselect='not(between(t,3,7))'", 'mp2'],
  ])('keeps its times: %s', async (name, filter, codec) => {
    const file = `${name.replaceAll(' ', '-')}.mkv`;
    ffmpeg(...source('64x36', 10), ...tone(10), '-af', filter, '-c:v', 'libx264', '-c:a', codec, at(file));
    await render(at(file), at(`night-${file}`), fast);
    const [before, after] = [file, `night-${file}`].map((each) => ptsOf(at(each), 'a:0').map(Number));
    expect(after).toHaveLength(before!.length);
    for (const [i, time] of after!.entries()) expect(Math.abs(time - before![i]!)).toBeLessThan(0.002);
  });
});

describe.skipIf(!hasFfmpeg)('a container of raw packets', () => {
  it('takes any frame rate', async () => {
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=64x64:rate=30:duration=0.4', '-c:v', 'libx264', at('thirty.mp4'));
    for (const name of ['night.obu', 'night.h264']) {
      const codec = name.endsWith('.obu') ? { codec: 'av1' as const } : {};
      expect(await render(at('thirty.mp4'), at(name), { ...fast, ...codec })).toMatchObject({ frames: 12 });
    }
  });
});
