import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '../../src/ingest/open-source.js';
import { ffmpeg, hasFfmpeg, options, pattern, pull, temporaryFolder } from './media.js';
import { changeTimes, type ChangeTime } from './transport-stream.js';

const folder = temporaryFolder();
const clip = join(folder, 'clip.ts');
const FRAMES = 50;

/** Presentation times of the clip with changed timestamps, milliseconds from its first. */
async function timesOf(video: ChangeTime): Promise<{ times: number[]; faults: readonly string[] }> {
  const file = join(folder, 'changed.ts');
  await changeTimes(clip, file, { video });
  await using source = await openSource(file, options());
  const times = (await pull(source)).map(({ pts }) => pts);
  const first = times[0] ?? 0;
  return { times: times.map((pts) => Math.round((pts - first) / 1000)), faults: source.stats.faults };
}

const steady = Array.from({ length: FRAMES }, (_, index) => index * 40);

describe.runIf(hasFfmpeg)('wrong timestamps of a transport stream', () => {
  beforeAll(async () => {
    const x264 = ['-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', '-bf', '0'];
    await ffmpeg(...pattern('64x48', 25, FRAMES / 25), ...x264, clip);
  });

  it.each([
    ['one frame far ahead', (seconds: number, index: number) => (index === 5 ? seconds + 9800 : seconds)],
    ['a keyframe far ahead', (seconds: number, index: number) => (index === 10 ? seconds + 9800 : seconds)],
    ['one frame a second ahead', (seconds: number, index: number) => (index === 5 ? seconds + 1 : seconds)],
    ['three frames far ahead', (seconds: number, index: number) => (index > 4 && index < 8 ? seconds + 500 : seconds)],
    ['two frames apart', (seconds: number, index: number) => (index === 5 || index === 20 ? seconds + 99 : seconds)],
    ['one frame far behind', (seconds: number, index: number) => (index === 20 ? seconds - 1 : seconds)],
    ['the last frame far ahead', (seconds: number, index: number) => (index === 49 ? seconds + 9800 : seconds)],
    ['the first frame far ahead', (seconds: number, index: number) => (index === 0 ? seconds + 9800 : seconds)],
  ])('move no other frame: %s', async (_, change) => {
    const { times } = await timesOf(change);
    expect(times).toEqual(steady);
  });

  it('are reported', async () => {
    const { faults } = await timesOf((seconds, index) => (index === 5 ? seconds + 9800 : seconds));
    expect(faults).toEqual(['wrong timestamps: 1 frame far ahead of the others, moved back to them']);
  });

  it('are not those of two recordings joined with a pause', async () => {
    const { times, faults } = await timesOf((seconds, index) => (index >= 20 ? seconds + 60 : seconds));
    expect(times).toEqual(steady.map((time, index) => (index >= 20 ? time + 60_000 : time)));
    expect(faults).toEqual([]);
  });

  it('are not those of a count that wraps in the middle', async () => {
    const wrapS = 2 ** 33 / 90_000;
    const { times, faults } = await timesOf((seconds) => wrapS - 2.4 + seconds);
    expect(times).toEqual(steady);
    expect(faults).toEqual([]);
  });
});
