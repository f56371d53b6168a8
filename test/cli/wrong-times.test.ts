import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { changeTimes, type ChangeTime } from '../ingest/transport-stream.js';
import { nocturne } from '../support/command.js';
import { audioMd5, audioPts, ffmpeg, hasFfmpeg, videoPts } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const clip = join(folder, 'clip.ts');

interface Rendered {
  readonly video: readonly string[];
  readonly sound: readonly number[];
  readonly md5: string;
}

/** Renders a transport stream to Matroska; the times and sound of the result. */
async function render(input: string): Promise<Rendered> {
  const output = join(folder, 'night.mkv');
  const args = ['render', input, output, '--overwrite', '--generator', 'grade', '--preset', 'ultrafast'];
  const { exitCode, stderr } = await nocturne(args);
  expect(exitCode, stderr).toBe(0);
  return { video: videoPts(output), sound: audioPts(output), md5: audioMd5(output) };
}

describe.skipIf(!hasFfmpeg)('nocturne render of wrong timestamps keeps sound and video in step', () => {
  let right: Rendered;

  beforeAll(async () => {
    const video = ['-f', 'lavfi', '-i', 'testsrc2=size=64x48:rate=25:duration=2'];
    const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=2'];
    const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', '-bf', '0'];
    ffmpeg(...video, ...sound, ...x264, '-c:a', 'aac', '-pes_payload_size', '0', clip);
    right = await render(clip);
  });

  const at =
    (index: number, bySeconds: number): ChangeTime =>
    (seconds, count) =>
      count === index ? seconds + bySeconds : seconds;

  it.each([
    ['a keyframe far ahead', { video: at(10, 9800) }],
    ['a frame far behind', { video: at(25, -1) }],
    ['sound far ahead', { sound: at(20, 9800) }],
  ])('%s', async (_, change) => {
    const changed = join(folder, 'changed.ts');
    await changeTimes(clip, changed, change);
    const { video, sound, md5 } = await render(changed);
    expect(video).toEqual(right.video);
    expect(md5).toBe(right.md5);
    expect(sound).toHaveLength(right.sound.length);
    sound.forEach((time, index) => expect(Math.abs(time - (right.sound[index] ?? NaN))).toBeLessThanOrEqual(0.025));
  });
});
