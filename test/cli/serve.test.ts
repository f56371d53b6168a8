import { expect, it, vi } from 'vitest';
import { formatProgress, ProgressBar, RENDER_STYLE } from '../../src/cli/progress-bar.js';
import { nameInputs } from '../../src/cli/stream-names.js';

it('names streams after their inputs and numbers equal names', () => {
  const named = nameInputs([
    'drive.mp4',
    '/a/b/drive.mkv',
    'gate=rtsp://u:p@cam/1',
    'https://host/clips/trip.m3u8?sig=1',
    'street:size=640x360',
    'camera:0',
    '-',
  ]);
  expect(named.map(({ name }) => name)).toEqual(['drive', 'drive-2', 'gate', 'trip', 'street', 'camera0', 'stream']);
  expect(named[2]).toEqual({ name: 'gate', input: 'rtsp://u:p@cam/1' });
});

it('uses only the scheme of an address, never hosts, keys or passwords', () => {
  const named = nameInputs([
    'rtmp://:1936/live/s3cretk3y',
    'rtmp://:1937/live/s3cretk3y',
    'rtsp://user:se@cret@cam/1',
    'udp://127.0.0.1:5099',
    'https://host/watch/s3cretk3y?token=x',
  ]);
  expect(named.map(({ name }) => name)).toEqual(['rtmp', 'rtmp-2', 'rtsp', 'udp', 'https']);
});

it('makes names that are valid in URLs', () => {
  expect(nameInputs(['_drive.mp4', `${'x'.repeat(90)}.mp4`, '1.mp4']).map(({ name }) => name)).toEqual([
    'drive',
    'x'.repeat(60),
    'stream',
  ]);
});

it('refuses two streams with the same given name', () => {
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

it('prints progress every ten seconds without a terminal', () => {
  vi.useFakeTimers();
  try {
    const lines: string[] = [];
    const bar = new ProgressBar({ isTTY: false, write: (line) => lines.push(line) > 0 }, RENDER_STYLE);
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
