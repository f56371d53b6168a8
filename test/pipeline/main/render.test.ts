import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { probe, render } from '../../../src/library.js';
import { audioMd5, audioPts, ffmpeg, hasFfmpeg, videoEntries, videoPts } from '../../support/ffmpeg.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const source = (size: string, seconds: number, rate = 25): string[] => [
  ...['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`],
];
const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=2'];
const fast = { preset: 'ultrafast' } as const;

describe.skipIf(!hasFfmpeg)('render', () => {
  it('keeps frames, pts, size and sound', async () => {
    ffmpeg(...source('320x180', 2), ...tone, '-shortest', '-c:v', 'libx264', '-c:a', 'aac', at('a.mp4'));
    const report = await render(at('a.mp4'), at('a-night.mp4'), fast);
    expect(report.frames).toBe(50);
    expect(report.liveFrames).toBe(0);
    expect(videoPts(at('a-night.mp4'))).toEqual(videoPts(at('a.mp4')));
    expect(videoEntries(at('a-night.mp4'), 'width', 'height')).toEqual({ width: '320', height: '180' });
    expect(audioMd5(at('a-night.mp4'))).toBe(audioMd5(at('a.mp4')));
  });

  it('makes it dark', async () => {
    const luma = (path: string): number => {
      const raw = execFileSync('ffmpeg', [
        '-v',
        'error',
        '-i',
        path,
        '-vf',
        'scale=64:36,format=gray',
        '-f',
        'rawvideo',
        '-',
      ]);
      return raw.reduce((sum, value) => sum + value, 0) / raw.length;
    };
    await render('street:size=320x180,duration=1', at('street.mp4'), fast);
    await render('street:size=320x180,duration=1', at('street-day.mp4'), { ...fast, view: 'day' });
    expect(luma(at('street.mp4'))).toBeLessThan(0.6 * luma(at('street-day.mp4')));
  });

  it('keeps the pts of a variable frame rate', async () => {
    const select = "select='not(mod(n,3))+not(mod(n,7))'";
    ffmpeg(...source('320x180', 2), '-vf', select, '-fps_mode', 'vfr', '-c:v', 'libx264', at('vfr.mkv'));
    await render(at('vfr.mkv'), at('vfr-night.mkv'), fast);
    expect(videoPts(at('vfr-night.mkv'))).toEqual(videoPts(at('vfr.mkv')));
  });

  it('renders the same bytes for the same input and seed', async () => {
    const input = 'street:size=320x180,duration=0.5';
    const renderedMd5 = async (name: string, seed: number): Promise<string> => {
      await render(input, at(name), { ...fast, seed });
      return execFileSync('ffmpeg', ['-v', 'error', '-i', at(name), '-f', 'md5', '-'], { encoding: 'utf8' });
    };
    expect(await renderedMd5('one.mp4', 7)).toBe(await renderedMd5('two.mp4', 7));
    expect(await renderedMd5('three.mp4', 8)).not.toBe(await renderedMd5('four.mp4', 9));
  });

  it('crops an odd size and turns a rotated video, and reports it', async () => {
    ffmpeg(
      ...source('322x182', 0.4),
      '-vf',
      'crop=321:181:0:0:exact=1,format=yuv444p',
      '-c:v',
      'libx264',
      at('odd.mp4'),
    );
    const odd = await render(at('odd.mp4'), at('odd-night.mp4'), fast);
    expect([odd.width, odd.height]).toEqual([320, 180]);
    expect(odd.notices.join(' ')).toMatch(/321x181.*320x180/);
    ffmpeg(...source('320x180', 0.4), '-c:v', 'libx264', at('plain.mp4'));
    ffmpeg('-i', at('plain.mp4'), '-c', 'copy', '-metadata:s:v:0', 'rotate=90', at('turned.mp4'));
    const turned = await render(at('turned.mp4'), at('turned-night.mp4'), fast);
    expect([turned.width, turned.height]).toEqual([180, 320]);
  });

  it('renders what a truncated file still holds', async () => {
    ffmpeg(...source('320x180', 2), '-c:v', 'libx264', '-g', '10', at('whole.ts'));
    const bytes = readFileSync(at('whole.ts'));
    writeFileSync(at('cut.ts'), bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    const report = await render(at('cut.ts'), at('cut-night.mp4'), fast);
    expect(report.frames).toBeGreaterThan(15);
    expect(report.frames).toBeLessThan(50);
  });

  it('keeps sound in sync where timestamps run backwards', async () => {
    ffmpeg(...source('320x180', 2), ...tone, '-c:v', 'libx264', '-g', '25', '-c:a', 'aac', at('once.ts'));
    const once = readFileSync(at('once.ts'));
    writeFileSync(at('twice.ts'), Buffer.concat([once, once]));
    for (const name of ['twice.mp4', 'twice.mkv']) {
      const report = await render(at('twice.ts'), at(name), fast);
      expect(report.frames).toBe(100);
      const [first, second] = [audioPts(at('once.ts')), audioPts(at(name))];
      expect(second.slice(0, first.length).map((pts, n) => Math.abs(pts - first[n]!) < 0.001)).not.toContain(false);
      // The video's second round starts two seconds after the first; so does the sound's, without the overlap.
      const left = first.length * 2 - second.length;
      expect(left).toBeLessThanOrEqual(3);
      const again = second.slice(first.length).map((pts, n) => Math.abs(pts - 2 - first[n + left]!) < 0.001);
      expect(again).not.toContain(false);
      expect(report.notices.join(' ')).toMatch(
        left > 0 ? /^dropped \d overlapping packets? of audio stream 1 \(aac\)/ : /^$/,
      );
    }
  });

  it('skips damaged sound and reports how much', async () => {
    ffmpeg(...source('320x180', 2), ...tone, '-c:v', 'libx264', '-c:a', 'aac', at('sound.ts'));
    const bytes = readFileSync(at('sound.ts'));
    // An audio packet starts with a PES header of stream 0xc0; an ADTS header follows it.
    let broken = 0;
    for (let n = 0; n < bytes.length; n += 188) {
      const pes = bytes.subarray(n, n + 188).indexOf(Buffer.from([0, 0, 1, 0xc0]));
      if (pes > 0 && n > bytes.length / 2 && broken++ < 1) bytes.fill(0xff, n + pes + 14, n + 188);
    }
    writeFileSync(at('noise.ts'), bytes);
    const report = await render(at('noise.ts'), at('noise.mp4'), fast);
    expect(report.frames).toBe(50);
    expect(report.notices.join(' ')).toMatch(/^dropped \d+ corrupt packets? of audio stream 1 \(aac\)/);
  });

  it('lists the lamps of every frame, of which a grade has none', async () => {
    const report = await render('street:size=320x180,duration=0.4', at('listed.mp4'), {
      ...fast,
      generator: 'grade',
      lamps: at('listed.jsonl'),
    });
    const lines = readFileSync(at('listed.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(report.frames);
    const times = videoPts(at('listed.mp4')).map(Number);
    for (const [i, line] of lines.entries()) {
      const { frame, pts, lamps } = JSON.parse(line) as { frame: number; pts: number; lamps: unknown[] }; // our own file
      expect([frame, lamps]).toEqual([i, []]);
      expect(pts).toBeCloseTo(times[i]!, 3);
    }
  });

  it('leaves neither video nor list when the list cannot be written', async () => {
    const options = { ...fast, lamps: at('no/list.jsonl') };
    const rendering = render('street:size=320x180,duration=0.4', at('listless.mp4'), options);
    await expect(rendering).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
    expect(readdirSync(folder).filter((name) => name.includes('listless'))).toEqual([]);
  });

  it('leaves no file when its worker is killed, and reports what to do', async () => {
    const rendering = render('street:size=640x360,duration=60', at('killed.mp4'), {
      lamps: at('killed.jsonl'),
      onProgress: () => {
        // The name of the file that is being written holds the worker's number.
        const written = readdirSync(folder).find((name) => name.startsWith('.killed.') && name.endsWith('.mp4'));
        const worker = Number(/nocturne-(\d+)/.exec(written ?? '')?.[1]);
        if (worker > 0) process.kill(worker, 'SIGKILL');
      },
    });
    await expect(rendering).rejects.toMatchObject({
      code: 'WORKER_DIED',
      remedy: expect.stringMatching(/start the render again/) as unknown,
    });
    expect(readdirSync(folder).filter((name) => name.includes('killed'))).toEqual([]);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const stop = new AbortController();
    const rendering = render('street:size=640x360,duration=60', at('stopped.mp4'), {
      lamps: at('stopped.jsonl'),
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(rendering).rejects.toMatchObject({ code: 'ABORTED' });
    expect(readdirSync(folder).filter((name) => name.includes('stopped'))).toEqual([]);
  });
});

describe('render of images', () => {
  it('renders an image folder to a folder with the same names and sizes', async () => {
    mkdirSync(at('day'));
    const image = sharp({ create: { width: 301, height: 201, channels: 3, background: '#8899aa' } });
    await image.clone().png().toFile(at('day/a.png'));
    await image.clone().jpeg().toFile(at('day/b.jpg'));
    writeFileSync(at('day/notes.txt'), 'left alone');
    const report = await render(at('day'), at('night'), { generator: 'grade', lamps: at('images.jsonl') });
    expect(report.frames).toBe(2);
    expect(readFileSync(at('images.jsonl'), 'utf8')).toBe('{"name":"a.png","lamps":[]}\n{"name":"b.jpg","lamps":[]}\n');
    expect(readdirSync(at('night')).sort()).toEqual(['a.png', 'b.jpg']);
    const { width, height } = await sharp(at('night/a.png')).metadata();
    expect([width, height]).toEqual([301, 201]);
    const stats = await sharp(at('night/a.png')).stats();
    expect(stats.channels[0]!.mean).toBeLessThan(0x88 / 2);
  });

  it('refuses to replace an image, and the input itself', async () => {
    await expect(render(at('day/a.png'), at('night/a.png'))).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    await expect(render(at('day/a.png'), at('day/a.png'), { overwrite: true })).rejects.toMatchObject({
      code: 'OUTPUT_IS_INPUT',
    });
    symlinkSync(at('day'), at('link'));
    await expect(render(at('day'), at('link'), { overwrite: true })).rejects.toMatchObject({ code: 'OUTPUT_IS_INPUT' });
    mkdirSync(at('twins'));
    await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
      .png()
      .toFile(at('twins/a.png'));
    await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
      .tiff()
      .toFile(at('twins/a.tif'));
    await expect(render(at('twins'), at('twins-night'))).rejects.toThrow(/would both be written to/);
    expect(existsSync(at('twins-night'))).toBe(false);
    mkdirSync(at('empty'));
    await expect(render(at('empty'), at('empty-night'))).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
    expect(existsSync(at('empty-night'))).toBe(false);
  });

  it('skips, counts and names images that cannot be read, and names other files', async () => {
    mkdirSync(at('broken'));
    const image = sharp({ create: { width: 16, height: 16, channels: 3, background: '#8899aa' } });
    for (const name of ['1.png', '3.png'])
      await image
        .clone()
        .png()
        .toFile(at(`broken/${name}`));
    writeFileSync(at('broken/2.jpg'), 'broken');
    writeFileSync(at('broken/notes.txt'), 'left alone');
    const lines: object[] = [];
    const ignore = (): void => undefined;
    const logger = { debug: ignore, info: ignore, error: ignore, warn: (fields: object) => lines.push(fields) };
    const report = await render(at('broken'), at('broken-night'), { logger });
    expect(report).toMatchObject({ frames: 2, corrupt: 1 });
    expect(report.notices.join(';')).toMatch(
      /ignored 1 file that is not an image: notes.txt;skipped 1 unreadable image: 2.jpg/,
    );
    expect(readdirSync(at('broken-night')).sort()).toEqual(['1.png', '3.png']);
    const video = await render(at('broken'), at('broken.mp4'), { ...fast, logger });
    expect(video).toMatchObject({ frames: 2, corrupt: 1 });
    expect(video.notices.join(';')).toMatch(
      /ignored 1 file that is not an image: notes.txt;skipped 1 unreadable image: 2.jpg/,
    );
    expect(lines).toHaveLength(2);
    for (const fields of lines) expect(Object.keys(fields)).toEqual(['reason']);
  });

  it('fails when no image of a folder can be read', async () => {
    mkdirSync(at('all-broken'));
    for (const name of ['1.png', '2.bmp']) writeFileSync(at(`all-broken/${name}`), 'broken');
    const failure = { code: 'INPUT_NOT_VIDEO', message: expect.stringContaining('none of the 2 images') as string };
    await expect(render(at('all-broken'), at('all-broken-night'))).rejects.toMatchObject(failure);
    await expect(render(at('all-broken'), at('all-broken.mp4'))).rejects.toMatchObject(failure);
  });

  it.skipIf(!hasFfmpeg)('reads every image format that serve and probe read', async () => {
    mkdirSync(at('kinds'));
    for (const ending of ['bmp', 'jp2', 'tiff', 'tga'])
      ffmpeg(...source('64x48', 0.04), '-frames:v', '1', at(`kinds/${ending}.${ending}`));
    await sharp(at('kinds/tiff.tiff')).avif().toFile(at('kinds/avif.avif'));
    expect((await probe(at('kinds'))).durationS).toBe(5 / 25);
    const report = await render(at('kinds'), at('kinds-night'));
    expect(report).toMatchObject({ frames: 5, corrupt: 0, liveFrames: 0 });
    expect(report.notices).toEqual([]);
    const names = ['avif', 'bmp', 'jp2', 'tga', 'tiff'].map((name) => `${name}.png`);
    expect(readdirSync(at('kinds-night')).sort()).toEqual(names);
    expect((await sharp(at('kinds-night/bmp.png')).stats()).channels[1]!.mean).toBeLessThan(64);
    expect((await render(at('kinds/bmp.bmp'), at('one.png'))).frames).toBe(1);
  });
});
