import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '../../src/ingest/open-source.js';
import { ffmpeg, hasFfmpeg, options, pattern, pull, temporaryFolder } from './media.js';

const folder = temporaryFolder();
const clip = join(folder, 'clip.ts');

function makePipe(name: string): string | undefined {
  const path = join(folder, name);
  return spawnSync('mkfifo', [path]).status === 0 ? path : undefined;
}

const hasPipes = makePipe('probe') !== undefined;
if (!hasPipes) console.warn('skipped: mkfifo is missing, so named pipes are not tested');

describe.runIf(hasFfmpeg && hasPipes)('a named pipe', () => {
  beforeAll(async () => {
    await ffmpeg(...pattern('64x48', 25, 1), '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast', clip);
  });

  it('waits for its writer and ends with it', async () => {
    const path = makePipe('late') ?? '';
    const bytes = await readFile(clip);
    const opening = openSource(path, options());
    await new Promise((resolve) => setTimeout(resolve, 100));
    const [source] = await Promise.all([opening, writeFile(path, bytes)]);
    await using opened = source;
    expect(await pull(opened)).toHaveLength(25);
  });

  it('cannot be looped: it ends with its writer', async () => {
    const path = makePipe('looped') ?? '';
    const opening = openSource(path, options({ loop: true }));
    const [source] = await Promise.all([opening, readFile(clip).then((bytes) => writeFile(path, bytes))]);
    await using opened = source;
    expect(opened.info.notices).toContain('a pipe cannot be looped');
    expect(await pull(opened)).toHaveLength(25);
  });

  it('reports a writer that sends nothing', async () => {
    const path = makePipe('empty') ?? '';
    const opening = openSource(path, options());
    const rejected = expect(opening).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    await new Promise((resolve) => setTimeout(resolve, 100));
    closeSync(writer);
    await rejected;
  });

  it('is given up at once: without a writer, and while its writer is silent', async () => {
    const path = makePipe('silent') ?? '';
    const abortedAfter = async (opening: (signal: AbortSignal) => Promise<unknown>): Promise<number> => {
      const stop = new AbortController();
      const pending = opening(stop.signal);
      await new Promise((resolve) => setTimeout(resolve, 100));
      const started = performance.now();
      stop.abort(new Error('stopped'));
      await expect(pending).rejects.toThrow('stopped');
      return performance.now() - started;
    };
    expect(await abortedAfter((signal) => openSource(path, options(), signal))).toBeLessThan(1000);
    const writer = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    expect(await abortedAfter((signal) => openSource(path, options(), signal))).toBeLessThan(1000);
    closeSync(writer);
  });
});
