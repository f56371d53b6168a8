import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '../../src/ingest/open-source.js';
import { ffmpeg, hasFfmpeg, isIncreasing, options, pattern, pull, temporaryFolder } from './media.js';

const folder = temporaryFolder();
const CODECS = {
  h264: ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-pix_fmt', 'yuv420p'],
  hevc: ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', '-pix_fmt', 'yuv420p'],
  mpeg2: ['-c:v', 'mpeg2video', '-bf', '2', '-pix_fmt', 'yuv420p'],
};
type Codec = keyof typeof CODECS;

const partOf = (codec: Codec, pid = 256): string => join(folder, `${codec}-${pid}.ts`);

/** Joins parts as a receiver that records several programmes does: byte after byte. */
async function joinParts(name: string, parts: readonly string[]): Promise<string> {
  const joined = join(folder, name);
  await writeFile(joined, '');
  for (const part of parts) await appendFile(joined, await readFile(part));
  return joined;
}

describe.runIf(hasFfmpeg)('a transport stream that changes its codec', () => {
  beforeAll(async () => {
    for (const [codec, args] of Object.entries(CODECS)) {
      for (const pid of [256, 300]) {
        const start = ['-mpegts_start_pid', String(pid), '-mpegts_pmt_start_pid', String(4096 + pid)];
        const path = join(folder, `${codec}-${pid}.ts`);
        // Of the first of two PIDs, more than the demuxer reads when it opens: there, both look like programmes side by side.
        await ffmpeg(...pattern('64x48', 25, pid === 256 ? 0.48 : 8), ...args, ...start, path);
      }
    }
  });

  it.each<[Codec, Codec]>([
    ['h264', 'hevc'],
    ['mpeg2', 'h264'],
    ['hevc', 'mpeg2'],
  ])('from %s to %s on the same PID gives every frame of both', async (before, after) => {
    for (const parts of [[before, after], [before, after, before] as const]) {
      const file = await joinParts(
        'same.ts',
        parts.map((codec) => partOf(codec)),
      );
      await using source = await openSource(file, options());
      const seen = await pull(source);
      expect(seen).toHaveLength(12 * parts.length);
      expect(isIncreasing(seen.map(({ pts }) => pts))).toBe(true);
      expect(source.stats).toMatchObject({ corrupt: 0, faults: [] });
    }
  });

  it.each<[Codec, Codec]>([
    ['h264', 'hevc'],
    ['mpeg2', 'h264'],
  ])('from %s to %s on another PID gives every frame of both', async (before, after) => {
    const file = await joinParts('other.ts', [partOf(before, 300), partOf(after)]);
    await using source = await openSource(file, options());
    expect(await pull(source)).toHaveLength(200 + 12);
  });
});
