import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nameInputs } from '../../src/cli/stream-names.js';
import { temporaryFolder } from '../support/temporary-folder.js';

test('a name before an input is the name of its stream', () => {
  expect(nameInputs(['front=rtsp://camera/1', 'rear=b.mp4'])).toEqual([
    { name: 'front', input: 'rtsp://camera/1' },
    { name: 'rear', input: 'b.mp4' },
  ]);
});

test('a file or folder that exists is the input, whatever its name', () => {
  const folder = temporaryFolder();
  const previous = process.cwd();
  process.chdir(folder);
  try {
    writeFileSync('speed=60.mp4', '');
    mkdirSync('day=1');
    expect(nameInputs(['speed=60.mp4', 'day=1', 'speed=90.mp4', join(folder, 'speed=60.mp4')])).toEqual([
      { name: 'speed-60', input: 'speed=60.mp4' },
      { name: 'day-1', input: 'day=1' },
      { name: 'speed', input: '90.mp4' },
      { name: 'speed-60-2', input: join(folder, 'speed=60.mp4') },
    ]);
  } finally {
    process.chdir(previous);
  }
});
