import { chmod, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { NocturneError } from '../../src/core/errors.js';
import { openSource } from '../../src/ingest/open-source.js';
import { ffmpeg, isIncreasing, hasFfmpeg, options, pattern, pull, temporaryFolder } from './media.js';

const folder = temporaryFolder();
const clip = join(folder, 'clip.mp4');

async function openFailure(input: string): Promise<NocturneError> {
  const error: unknown = await openSource(input, options()).then(
    async (source) => source.close(),
    (reason: unknown) => reason,
  );
  if (!(error instanceof NocturneError)) throw new Error(`expected a NocturneError, got ${String(error)}`);
  expect(error.message).not.toContain('\n');
  return error;
}

describe.runIf(hasFfmpeg)('broken files', () => {
  beforeAll(async () => {
    const args = [
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-g',
      '10',
      '-movflags',
      '+faststart',
    ];
    await ffmpeg(...pattern('160x96', 25, 4), ...args, clip);
  });

  it('reads the frames of a truncated file, ends, and reports it', async () => {
    const file = join(folder, 'truncated.mp4');
    const bytes = await readFile(clip);
    await writeFile(file, bytes.subarray(0, Math.floor(bytes.length / 2)));
    await using source = await openSource(file, options());
    const seen = await pull(source);
    expect(seen.length).toBeGreaterThan(20);
    expect(seen.length).toBeLessThan(80);
    expect(isIncreasing(seen.map(({ pts }) => pts))).toBe(true);
    expect(source.stats.faults.join()).toMatch(/^truncated input: it ends \d\.\d s before its stated end$/);
  });

  it.each([
    ['avi', /^truncated input: it ends \d\.\d s before its stated end$/],
    ['mkv', /^truncated input: it ends \d\.\d s before its stated end$/],
    ['flv', /^truncated input: it ends \d\.\d s before its stated end$/],
    ['ts', /^truncated input: it ends in the middle of a packet$/],
  ])('reports %s cut in half, and nothing of the whole file', async (extension, expected) => {
    const whole = join(folder, `whole.${extension}`);
    const half = join(folder, `half.${extension}`);
    await ffmpeg(...pattern('64x48', 25, 4), '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-bf', '0', '-g', '10', whole);
    const bytes = await readFile(whole);
    await writeFile(half, bytes.subarray(0, Math.floor(bytes.length / 2 / 188) * 188 + 94));
    for (const [file, faults] of [
      [half, [expect.stringMatching(expected)]],
      [whole, []],
    ] as const) {
      await using source = await openSource(file, options());
      await pull(source);
      expect(source.stats.faults).toEqual(faults);
    }
  });

  it.each(['mp4', 'mkv', 'avi'])(
    'reports a header of %s that is cut off as that, and names no host',
    async (extension) => {
      const whole = join(folder, `header.${extension}`);
      const cut = join(folder, `cut.${extension}`);
      await ffmpeg(...pattern('64x48', 25, 0.4), '-c:v', 'mpeg4', '-movflags', '+faststart', whole);
      const bytes = await readFile(whole);
      for (const length of [60, 200, 400]) {
        await writeFile(cut, bytes.subarray(0, length));
        const { code, message } = await openFailure(cut);
        expect(code).toBe('INPUT_NOT_VIDEO');
        expect(message).not.toMatch(/host|decoder in this build/);
      }
    },
  );

  it('reads the frames of a truncated transport stream', async () => {
    const file = join(folder, 'truncated.ts');
    await ffmpeg('-i', clip, '-c', 'copy', file);
    await truncate(file, 40_000);
    await using source = await openSource(file, options());
    expect((await pull(source)).length).toBeGreaterThan(5);
  });

  it('skips and counts corrupt packets in the middle', async () => {
    const file = join(folder, 'corrupt.mp4');
    const bytes = await readFile(clip);
    const middle = Math.floor(bytes.length / 2);
    for (let index = middle; index < middle + bytes.length / 5; index++) bytes[index] = (index * 7919) & 0xff;
    await writeFile(file, bytes);
    await using source = await openSource(file, options());
    const seen = await pull(source);
    expect(seen.length).toBeGreaterThan(50);
    expect(isIncreasing(seen.map(({ pts }) => pts))).toBe(true);
    expect(source.stats.corrupt).toBeGreaterThan(0);
  });

  it('makes increasing pts where the container repeats or lacks timestamps', async () => {
    const raw = join(folder, 'raw.h264');
    await ffmpeg('-i', clip, '-c', 'copy', '-bsf:v', 'h264_mp4toannexb', raw);
    await using source = await openSource(raw, options());
    const seen = await pull(source);
    expect(seen).toHaveLength(100);
    expect(isIncreasing(seen.map(({ pts }) => pts))).toBe(true);
  });

  it('continues where the timestamps of a recording restart', async () => {
    const part = join(folder, 'part.ts');
    await ffmpeg('-i', clip, '-c', 'copy', part);
    const twice = join(folder, 'twice.ts');
    await writeFile(twice, Buffer.concat([await readFile(part), await readFile(part)]));
    await using source = await openSource(twice, options());
    const seen = await pull(source);
    expect(seen.length).toBeGreaterThanOrEqual(198);
    expect(isIncreasing(seen.map(({ pts }) => pts))).toBe(true);
    expect(seen.filter(({ discontinuity }) => discontinuity)).toHaveLength(1);
    expect((seen.at(-1)?.pts ?? 0) - (seen[0]?.pts ?? 0)).toBeGreaterThan(7_800_000);
  });
});

describe('inputs that cannot be opened', () => {
  it('reports a missing file', async () => {
    expect(await openFailure(join(folder, 'none.mp4'))).toMatchObject({ code: 'INPUT_NOT_FOUND' });
  });

  it('reports a file that is not a video', async () => {
    const file = join(folder, 'notes.mp4');
    await writeFile(file, 'these are notes, not a video\n'.repeat(50));
    expect(await openFailure(file)).toMatchObject({ code: 'INPUT_NOT_VIDEO' });
    const empty = join(folder, 'empty.mp4');
    await writeFile(empty, '');
    expect(await openFailure(empty)).toMatchObject({ code: 'INPUT_NOT_VIDEO' });
  });

  it.runIf(hasFfmpeg)('reports a file that has only sound', async () => {
    const file = join(folder, 'sound.mp4');
    await ffmpeg('-f', 'lavfi', '-i', 'sine=duration=0.5', '-c:a', 'aac', file);
    expect(await openFailure(file)).toMatchObject({
      code: 'INPUT_NOT_VIDEO',
      message: expect.stringContaining('no video') as string,
    });
  });

  it('reports a folder without images', async () => {
    const empty = join(folder, 'empty-folder');
    await mkdir(empty);
    expect(await openFailure(empty)).toMatchObject({
      code: 'INPUT_NOT_VIDEO',
      message: expect.stringContaining('folder') as string,
    });
  });

  const isPosix = process.platform !== 'win32';
  if (!isPosix) console.warn('skipped: a file without read permission, which needs POSIX users');
  it.runIf(isPosix)('reports a file without read permission', async () => {
    const file = join(folder, 'secret.mp4');
    await writeFile(file, 'x');
    await chmod(folder, 0o755);
    await chmod(file, 0);
    // Root may read everything, so open the file as nobody.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(await openFailure(file)).toMatchObject({ code: 'INPUT_NO_PERMISSION' });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it('rejects invalid options and addresses', async () => {
    await expect(openSource('', options())).rejects.toThrow(TypeError);
    expect(await openFailure('gopher://example/1')).toMatchObject({ code: 'INPUT_UNSUPPORTED' });
    await expect(openSource(clip, options({ startS: -1 }))).rejects.toThrow(/startS must be 0 or more/);
    await expect(openSource(clip, options({ durationS: 0 }))).rejects.toThrow(RangeError);
    await expect(openSource(clip, options({ decoderThreads: 1.5 }))).rejects.toThrow(RangeError);
    await expect(openSource('http://127.0.0.1/x', options({ listen: true }))).rejects.toThrow(/listen/);
  });

  it('opens nothing when the signal is already aborted', async () => {
    await expect(openSource(clip, options(), AbortSignal.abort(new Error('no more')))).rejects.toThrow('no more');
  });
});
