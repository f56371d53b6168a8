import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatProbe } from '../../src/cli/probe-summary.js';
import { nocturne } from '../support/command.js';
import { ffmpeg, hasFfmpeg } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

it.skipIf(!hasFfmpeg)('summarises container, streams, handling and output', async () => {
  const clip = join(folder, 'clip.mp4');
  const inputs = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=320x180:rate=25:duration=2',
    '-f',
    'lavfi',
    '-i',
    'sine=duration=2',
  ];
  ffmpeg(...inputs, '-c:v', 'libx264', '-pix_fmt', 'yuv444p', '-c:a', 'aac', clip);
  const { exitCode, stdout, stderr } = await nocturne(['probe', clip]);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout.startsWith(`${clip}\n  container   mov,mp4`)).toBe(true);
  expect(stdout).toMatch(/\n {2}duration +2\.0\d s\n {2}handled as +file: /);
  expect(stdout).toMatch(/\n {2}stream 0 +video h264, 320x180, 25 frames\/s, yuv444p.* -> night\n/);
  expect(stdout).toMatch(/\n {2}stream 1 +audio aac.* -> copied\n/);
  expect(stdout).toMatch(/\n {2}step +converted from 4:4:4 /);
  expect(stdout).toMatch(/\n {2}output +320x180, 25 frames\/s, bt601 limited range\n$/);
});

it('prints one JSON object with --json', async () => {
  const { exitCode, stdout, stderr } = await nocturne(['probe', 'street:size=640x360', '--json']);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({ input: 'street:size=640x360', durationS: null, output: { width: 640 } });
});

it('names an unknown duration, a variable rate and a sample aspect', () => {
  const color = { matrix: 'bt709', range: 'limited' } as const;
  const output = { width: 704, height: 576, frameRate: 0, color, sampleAspect: [12, 11] } as const;
  const text = formatProbe({
    input: 'rtsp://camera/1',
    container: 'rtsp',
    durationS: null,
    handledAs: 'live',
    streams: [{ index: 0, type: 'video', isUsed: true, handling: 'night', codec: 'hevc', bitrateBps: 2_000_400 }],
    steps: ['deinterlaced'],
    output,
  });
  expect(text).toBe(
    [
      'rtsp://camera/1',
      '  container   rtsp',
      '  duration    unknown',
      '  handled as  live: drops late frames, reconnects',
      '  stream 0    video hevc, 2000 kbit/s -> night',
      '  step        deinterlaced',
      '  output      704x576, variable frame rate, bt709 limited range, sample aspect 12:11',
      '',
    ].join('\n'),
  );
});
