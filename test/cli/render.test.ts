import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RenderReport } from '../../src/index.js';
import { nocturne } from '../support/command.js';
import { ffmpeg, hasFfmpeg } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const video = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=2'];
const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=2'];

/** Runs `nocturne render`; returns the lines on stderr. */
async function notesOf(input: string, output: string, stdin?: Uint8Array): Promise<string[]> {
  const args = ['render', input, at(output), '--preset', 'ultrafast'];
  const result = await nocturne(args, { cwd: folder, ...(stdin === undefined ? {} : { stdin }) });
  expect(result.exitCode, result.stderr).toBe(0);
  // A slow machine prints progress too.
  return result.stderr.split('\n').filter((line) => line !== '' && !line.includes(' frames/s'));
}

describe.skipIf(!hasFfmpeg)('nocturne render reports once', () => {
  it('that the sound of standard input is left out', async () => {
    ffmpeg(...video, ...sound, '-c:v', 'libx264', '-c:a', 'aac', at('sound.ts'));
    ffmpeg(...video, '-c:v', 'libx264', at('silent.ts'));
    const notes = await notesOf('-', 'stdin.mp4', readFileSync(at('sound.ts')));
    expect(notes).toEqual([expect.stringMatching(/^note: not copied: sound and subtitles of .*stdin.*name a file/)]);
    expect(await notesOf('-', 'silent.mp4', readFileSync(at('silent.ts')))).toEqual([]);
    expect(await notesOf(at('sound.ts'), 'file.mp4')).toEqual([]);
  });

  it('how much of a damaged input is lost', async () => {
    ffmpeg(...video, '-c:v', 'libx264', '-g', '25', '-bf', '0', at('whole.mp4'));
    const bytes = readFileSync(at('whole.mp4'));
    const start = bytes.indexOf('mdat') + 4;
    // Lengths of NAL units that reach past their packets, in the middle of the video.
    bytes.fill(
      0x7f,
      start + Math.floor((bytes.length - start) * 0.3),
      start + Math.floor((bytes.length - start) * 0.6),
    );
    writeFileSync(at('damaged.mp4'), bytes);
    const notes = await notesOf(at('damaged.mp4'), 'damaged-night.mp4');
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(
      /^note: damaged input: skipped \d+ video packets that could not be decoded; about \d+ of 50 frames are missing$/,
    );
  });

  it('what the container cannot carry, without the name of the temporary file', async () => {
    writeFileSync(at('sub.srt'), '1\n00:00:00,500 --> 00:00:01,200\nHello\n');
    ffmpeg(...video, '-i', at('sub.srt'), '-c:v', 'libx264', '-c:s', 'srt', at('subtitles.mkv'));
    expect(await notesOf(at('subtitles.mkv'), 'subtitles.ts')).toEqual([
      'note: not copied: subtitle stream 1 (subrip)',
    ]);
  });
});

it('prints its report as one JSON object with --json', async () => {
  const args = ['render', 'street:duration=0.5,size=160x90', at('json.mp4'), '--preset', 'ultrafast', '--json'];
  const { exitCode, stdout, stderr } = await nocturne(args, { cwd: folder });
  expect(exitCode, stderr).toBe(0);
  const report = JSON.parse(stdout) as RenderReport; // written by printJson
  expect(report).toMatchObject({ output: at('json.mp4'), width: 160, height: 90, corrupt: 0, liveFrames: 0 });
  expect(report.frames).toBeGreaterThan(10);
});
