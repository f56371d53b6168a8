import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { ticksToMicros } from '../../src/core/time.js';
import { openFileSink } from '../../src/output/av-file-sink.js';
import type { FileSinkOptions, FileSink } from '../../src/output/file-options.js';
import { ffmpeg } from '../support/ffmpeg.js';
import { ptsOf } from '../support/ffprobe.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { paintedFrame } from '../encode/painted-frame.js';

const folder = temporaryFolder();
const input = join(folder, 'input.mkv');
const output = join(folder, 'output.mkv');
const timeBase = { num: 1, den: 30 };
let server: Server | undefined;

beforeAll(() => {
  const sources = ['-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=30:d=20', '-f', 'lavfi', '-i', 'sine=440:d=20'];
  ffmpeg(...sources, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30', '-c:a', 'aac', input);
});

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** Address of a server that sends a part of the input, then stalls on the open connection. */
async function stallingAddress(part: number): Promise<string> {
  const bytes = readFileSync(input);
  server = createServer((_, response) => {
    if (part === 0) return;
    response.writeHead(200, { 'content-type': 'video/x-matroska', 'content-length': bytes.length });
    response.write(bytes.subarray(0, bytes.length * part));
  });
  const listening = server;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `http://me:hidden@127.0.0.1:${(server.address() as AddressInfo).port}/x.mkv?token=hidden`; // a TCP server
}

async function open(options: Partial<FileSinkOptions>): Promise<FileSink> {
  return openFileSink({ path: output, timeBase, frameRate: 30, preset: 'ultrafast', overwrite: true, ...options });
}

async function writeSeconds(sink: FileSink, seconds: number): Promise<void> {
  for (let n = 0; n < 30 * seconds; n++) await sink.write(paintedFrame({ pts: ticksToMicros(BigInt(n), timeBase) }));
}

function expectNothingLeft(): void {
  expect(existsSync(output)).toBe(false);
  expect(readdirSync(folder)).toEqual(['input.mkv']);
}

test('times out on an address that does not answer, and masks its secrets', async () => {
  const failure = await open({ copyFrom: await stallingAddress(0), copyTimeoutMs: 200 }).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ code: 'INPUT_LOST', stage: 'output' });
  expect(String(failure)).toContain('no data for 0.2 s');
  expect(String(failure)).not.toContain('hidden');
  expectNothingLeft();
});

test('times out on an address that stalls', async () => {
  const sink = await open({ copyFrom: await stallingAddress(0.5), copyTimeoutMs: 1000 });
  await writeSeconds(sink, 1);
  await expect(sink.finish()).rejects.toMatchObject({ code: 'INPUT_LOST', stage: 'output' });
  await sink.abort();
  expectNothingLeft();
});

test('aborts its wait for a stalled address by the signal', async () => {
  const stop = new AbortController();
  const sink = await open({ copyFrom: await stallingAddress(0.5), signal: stop.signal, copyTimeoutMs: 3_600_000 });
  await writeSeconds(sink, 1);
  const finishing = sink.finish();
  setImmediate(() => stop.abort());
  const message = `stopped before ${output} was complete.`;
  await expect(finishing).rejects.toMatchObject({ code: 'ABORTED', stage: 'output', message });
  expectNothingLeft();
  const opening = open({ copyFrom: await stallingAddress(0), signal: stop.signal, copyTimeoutMs: 3_600_000 });
  await expect(opening).rejects.toMatchObject({ code: 'ABORTED', message });
  expectNothingLeft();
});

test('aborts its wait for a stalled address with the sink', async () => {
  const sink = await open({ copyFrom: await stallingAddress(0.5), copyTimeoutMs: 3_600_000 });
  await writeSeconds(sink, 1);
  const finishing = sink.finish().catch((error: unknown) => error);
  await new Promise((resolve) => setImmediate(resolve));
  await sink.abort();
  expect(await finishing).toMatchObject({ code: 'ABORTED' });
  expectNothingLeft();
});

test('drops audio that an edit list hides in a container without edit lists, and keeps it in MP4', async () => {
  const [whole, cut] = [join(folder, 'whole.mp4'), join(folder, 'cut.mp4')];
  try {
    ffmpeg('-i', input, '-c', 'copy', whole);
    ffmpeg('-ss', '3.2', '-i', whole, '-t', '3', '-c', 'copy', cut); // starts at the keyframe of 3 s and hides 0.2 s
    const stored = ptsOf(cut, 'a:0').map(Number);
    expect(stored.filter((pts) => pts < -0.1).length).toBeGreaterThan(2);
    const audible = stored.filter((pts) => pts >= 0);
    for (const extension of ['mkv', 'ts', 'mp4']) {
      const path = join(folder, `output.${extension}`);
      const sink = await open({ path, copyFrom: cut });
      await writeSeconds(sink, 1);
      await sink.finish();
      const found = ptsOf(path, 'a:0').map(Number);
      const start = Math.min(...ptsOf(path, 'v:0').map(Number)); // a transport stream starts later
      // One or two packets before the first audible one prime a decoder.
      const [min, max] = extension === 'mp4' ? [stored.length, stored.length] : [audible.length, audible.length + 2];
      expect(found.length, extension).toBeGreaterThanOrEqual(min);
      expect(found.length, extension).toBeLessThanOrEqual(max);
      expect(Math.abs(found.at(-1)! - start - stored.at(-1)!), extension).toBeLessThan(0.05);
      rmSync(path);
    }
  } finally {
    rmSync(whole, { force: true });
    rmSync(cut, { force: true });
  }
});
