import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createReadStream, openSync, symlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffmpeg, hasFfmpeg, pattern, temporaryFolder } from './media.js';

const folder = temporaryFolder();
const clip = join(folder, 'clip.ts');
const script = join(folder, 'read-stdin.mjs');
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const children = new Set<ChildProcess>();
afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

/** Reads standard input in a child process and prints the result; aborts after `abortAfterMs`. */
const PROGRAM = `
import { openSource, DEFAULT_SOURCE_OPTIONS } from './open-source.mjs';
const abortAfterMs = Number(process.argv[2] ?? 0);
const stop = new AbortController();
if (abortAfterMs > 0) setTimeout(() => stop.abort(new Error('aborted by the test')), abortAfterMs);
try {
  const source = await openSource('-', DEFAULT_SOURCE_OPTIONS, stop.signal);
  let count = 0;
  for await (const frame of source.frames(stop.signal)) {
    count++;
    frame.close();
  }
  console.log(JSON.stringify({ count, isLive: source.info.isLive }));
} catch (error) {
  console.log(JSON.stringify({ error: error.message }));
}
`;

async function readIn(
  stdin: 'pipe' | number,
  feed: (child: ChildProcess) => void,
  ...args: string[]
): Promise<unknown> {
  const child = spawn(process.execPath, [script, ...args], { stdio: [stdin, 'pipe', 'inherit'] });
  children.add(child);
  let output = '';
  child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
  feed(child);
  await once(child, 'close');
  children.delete(child);
  return JSON.parse(output);
}

describe.runIf(hasFfmpeg && spawnSync('sh', ['-c', 'true']).status === 0)('standard input', () => {
  beforeAll(async () => {
    await ffmpeg(...pattern('160x96', 25, 2), '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast', clip);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    await build({
      entryPoints: [join(root, 'src/ingest/open-source.ts')],
      ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', logLevel: 'error' },
      outfile: join(folder, 'open-source.mjs'),
    });
    await writeFile(script, PROGRAM);
  });

  it('reads every frame from a pipe', async () => {
    const result = await readIn('pipe', (child) => child.stdin && createReadStream(clip).pipe(child.stdin));
    expect(result).toEqual({ count: 50, isLive: false });
  });

  it('reads every frame of a redirected file', async () => {
    expect(await readIn(openSync(clip, 'r'), () => undefined)).toEqual({ count: 50, isLive: false });
  });

  it('stops reading a silent pipe at once when the signal aborts', async () => {
    expect(await readIn('pipe', () => undefined, '300')).toEqual({ error: 'aborted by the test' });
  });

  it('ends without an error when the signal aborts between two frames', async () => {
    const half = (child: ChildProcess): void =>
      void createReadStream(clip, { end: 60_000 }).on('data', (data) => child.stdin?.write(data));
    expect(await readIn('pipe', half, '1500')).toMatchObject({ count: expect.any(Number) as number });
  });
});
