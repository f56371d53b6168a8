import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '../../src/ingest/open-source.js';
import { ffmpeg, isIncreasing, hasFfmpeg, options, pattern, probedTimes, pull, temporaryFolder } from './media.js';

const folder = temporaryFolder();
const clip = join(folder, 'clip.mp4');
const x264 = ['-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast'];

describe.runIf(hasFfmpeg)('times of a file', () => {
  beforeAll(async () => {
    await ffmpeg(...pattern('64x48', 25, 4), ...x264, '-g', '30', '-bf', '2', clip);
  });

  it('keeps the pts of a variable frame rate to the tick', async () => {
    const file = join(folder, 'vfr.mp4');
    const uneven = 'setpts=N*N*0.013/TB';
    await ffmpeg(
      ...pattern('64x48', 25, 1),
      '-vf',
      uneven,
      '-vsync',
      'vfr',
      ...x264,
      '-video_track_timescale',
      '90000',
      file,
    );
    await using source = await openSource(file, options());
    const seen = await pull(source);
    const expected = await probedTimes(file);
    expect(seen).toHaveLength(expected.length);
    seen.forEach(({ pts }, index) => expect(Math.abs(pts - (expected[index] ?? NaN) * 1e6)).toBeLessThanOrEqual(1));
    const gaps = new Set(seen.slice(1).map(({ pts }, index) => Math.round((pts - (seen[index]?.pts ?? 0)) / 1000)));
    expect(gaps.size).toBeGreaterThan(10);
  });

  it('keeps the first timestamp of a transport stream', async () => {
    const file = join(folder, 'start.ts');
    await ffmpeg(...pattern('64x48', 25, 0.4), ...x264, file);
    await using source = await openSource(file, options());
    expect((await pull(source, 1))[0]?.pts).toBe(Math.round(((await probedTimes(file))[0] ?? 0) * 1e6));
  });

  it.each([0.04, 1, 1.5, 2.98, 3.96])('starts at the frame of %d s and counts from there', async (startS) => {
    await using source = await openSource(clip, options({ startS }));
    const seen = await pull(source);
    expect(seen).toHaveLength(100 - Math.round(startS * 25));
    expect(seen[0]?.pts).toBe(Math.round((Math.ceil(startS * 25 - 1e-9) / 25 - startS) * 1e6));
  });

  it('decodes the same pixels with a start as without one', async () => {
    await using whole = await openSource(clip, options());
    const all = await pull(whole);
    await using part = await openSource(clip, options({ startS: 2 }));
    expect((await pull(part, 1))[0]?.luma).toBe(all[50]?.luma);
  });

  it('finds the start in a transport stream, which has no index', async () => {
    const file = join(folder, 'seek.ts');
    await ffmpeg('-i', clip, '-c', 'copy', file);
    await using source = await openSource(file, options({ startS: 2.2, durationS: 0.4 }));
    const seen = await pull(source);
    expect(seen[0]?.pts).toBeLessThan(40_000);
    expect(seen).toHaveLength(10);
  });

  it('stops after a duration and reports it', async () => {
    await using source = await openSource(clip, options({ startS: 1, durationS: 0.5 }));
    expect(source.info.duration).toBe(500_000);
    const seen = await pull(source);
    expect(seen).toHaveLength(13);
    expect(seen.at(-1)?.pts).toBeLessThan(500_000);
  });

  it('reports a file that ends before the start', async () => {
    await expect(openSource(clip, options({ startS: 60 }))).rejects.toMatchObject({
      code: 'INPUT_TOO_SHORT',
      message: expect.stringContaining('ends before 60 s') as string,
    });
  });

  it('loops with pts that continue and a discontinuity at each loop', async () => {
    await using source = await openSource(clip, options({ loop: true, durationS: 0.4 }));
    expect(source.info.duration).toBeUndefined();
    const seen = await pull(source, 35);
    expect(isIncreasing(seen.map(({ pts }) => pts))).toBe(true);
    expect(seen.flatMap(({ discontinuity }, index) => (discontinuity ? [index] : []))).toEqual([10, 20, 30]);
    seen.slice(1).forEach(({ pts }, index) => expect(pts - (seen[index]?.pts ?? 0)).toBe(40_000));
  });

  it('plays in real time', async () => {
    await using source = await openSource(clip, options({ pace: 'realtime', durationS: 0.8 }));
    const started = performance.now();
    expect(await pull(source)).toHaveLength(20);
    // No frame may come early; lateness on a busy machine is not checked.
    expect(performance.now() - started).toBeGreaterThan(19 * 40 - 5);
  });

  it('stops a paced file at once', async () => {
    const stop = new AbortController();
    const file = join(folder, 'slow.mp4');
    await ffmpeg(...pattern('64x48', 1, 8), ...x264, file);
    await using source = await openSource(file, options({ pace: 'realtime' }));
    let count = 0;
    for await (const frame of source.frames(stop.signal)) {
      frame.close();
      count++;
      setTimeout(() => stop.abort(), 50);
    }
    expect(count).toBe(1);
  });
});
