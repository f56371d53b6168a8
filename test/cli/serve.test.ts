import { expect, it, vi } from 'vitest';
import { formatProgress, ProgressBar } from '../../src/cli/progress-bar.js';
import { nameInputs } from '../../src/cli/serve.js';

it('names streams after their inputs, and numbers those alike', () => {
  const named = nameInputs([
    'drive.mp4',
    '/a/b/drive.mkv',
    'gate=rtsp://u:p@cam/1',
    'rtsp://u:p@cam:554/main.sdp',
    'street',
    '-',
  ]);
  expect(named.map(({ name }) => name)).toEqual(['drive', 'drive-2', 'gate', 'main', 'street', 'stream']);
  expect(named[2]).toEqual({ name: 'gate', input: 'rtsp://u:p@cam/1' });
});

it('never puts a password into a name, and makes names that fit addresses', () => {
  expect(nameInputs(['rtsp://user:se@cret@cam/1']).map(({ name }) => name)).toEqual(['rtsp1']);
  expect(nameInputs(['_drive.mp4', `${'x'.repeat(90)}.mp4`]).map(({ name }) => name)).toEqual([
    'drive',
    'x'.repeat(60),
  ]);
  const [stream] = nameInputs(['rtsp://user:secret@host']);
  expect(stream?.name).not.toContain('secret');
});

it('refuses two streams of one given name', () => {
  expect(() => nameInputs(['a=1.mp4', 'a=2.mp4'])).toThrow('two streams are named a.');
});

it('draws a progress line with rate and time left', () => {
  const line = formatProgress({ frames: 50, expected: 200, frameRate: 25, secondsLeft: 6 });
  expect(line).toContain('25 %');
  expect(line).toContain('50/200 frames  25.0 frames/s  6 s left');
  expect(formatProgress({ frames: 5, expected: 0, frameRate: 25, secondsLeft: undefined })).toBe(
    '5 frames  25.0 frames/s',
  );
});

it('says how far it is every ten seconds where there is no terminal', () => {
  vi.useFakeTimers();
  try {
    const lines: string[] = [];
    const bar = new ProgressBar({ isTTY: false, write: (line) => lines.push(line) > 0 });
    for (let tick = 0; tick < 125; tick++) {
      bar.draw({ frames: tick, expected: 200, frameRate: 5, secondsLeft: 6 });
      vi.advanceTimersByTime(200);
    }
    expect(lines).toEqual([
      '25 %  50/200 frames  5.0 frames/s  6 s left\n',
      '50 %  100/200 frames  5.0 frames/s  6 s left\n',
    ]);
  } finally {
    vi.useRealTimers();
  }
});
