import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { writeImage } from '../../src/image/image-file.js';
import { paintedPictures } from '../evaluate/painted-images.js';
import { nocturne } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

/** Each of several runs loads a second's worth of code where nothing else runs. */
vi.setConfig({ testTimeout: 300_000 });

beforeAll(async () => {
  for (const kind of ['day', 'night'] as const) {
    mkdirSync(join(folder, kind));
    for (const [i, picture] of paintedPictures(kind, 3, 1).entries()) {
      await writeImage(join(folder, kind, `${i}.png`), picture);
    }
  }
  mkdirSync(join(folder, 'empty'));
  mkdirSync(join(folder, 'texts'));
  writeFileSync(join(folder, 'texts/a.txt'), 'no picture');
  mkdirSync(join(folder, 'broken'));
  writeFileSync(join(folder, 'broken/a.png'), 'no picture');
  mkdirSync(join(folder, 'one'));
  await writeImage(join(folder, 'one/a.png'), paintedPictures('night', 1, 1)[0]!);
});

/** The one line that a failure is told in. */
async function lineOf(...args: string[]): Promise<string> {
  const result = await nocturne(['eval', ...args], { cwd: folder });
  expect(result.exitCode).toBe(1);
  const lines = result.stderr.split('\n').filter((line) => line.startsWith('nocturne: '));
  expect(lines, result.stderr).toHaveLength(1);
  expect(result.stdout).toBe('');
  return lines[0]!;
}

it('prints a table, writes its figures and a sheet', async () => {
  const args = [
    '--input',
    'day',
    '--reference',
    'night',
    '--generator',
    'grade',
    '--json',
    'e.json',
    '--sheet',
    's.jpg',
  ];
  const { exitCode, stdout, stderr } = await nocturne(['eval', ...args], { cwd: folder });
  expect(exitCode, stderr).toBe(0);
  const found = JSON.parse(readFileSync(join(folder, 'e.json'), 'utf8')) as {
    layout: Record<string, { mean: number }>;
  }; // what evaluate gives
  for (const row of ['day', 'grade', 'curve', 'result', 'floor']) {
    expect(stdout).toContain(` ${found.layout[row]!.mean.toFixed(3)} (`);
  }
  for (const words of ['layout distance', 'sliced Wasserstein', 'near black', 'structure', 'invented', 'peak memory']) {
    expect(stdout).toContain(words);
  }
  expect(readFileSync(join(folder, 's.jpg')).subarray(0, 2)).toEqual(Buffer.of(0xff, 0xd8));
});

describe('one clear line for', () => {
  it('what is not there, or is empty', async () => {
    expect(await lineOf('--input', 'gone', '--reference', 'night')).toContain('gone does not exist.');
    expect(await lineOf('--input', 'day', '--reference', 'night', '--reference', 'gone')).toContain(
      '[INPUT_NOT_FOUND]',
    );
    expect(await lineOf('--input', 'day', '--reference', 'empty')).toContain('empty is a folder without images.');
  });

  it('what is no picture, or no set of them', async () => {
    expect(await lineOf('--input', 'texts', '--reference', 'night')).toContain('[INPUT_NOT_VIDEO]');
    expect(await lineOf('--input', 'day', '--reference', 'texts/a.txt')).toContain('is no folder of pictures.');
    expect(await lineOf('--input', 'day', '--reference', 'broken')).toContain('[INPUT_NOT_VIDEO]');
    expect(await lineOf('--input', 'texts/a.txt', '--reference', 'night')).toContain('[INPUT_NOT_VIDEO]');
    expect(await lineOf('--input', 'day', '--reference', 'one')).toContain('has one picture, which is no set.');
  });

  it('what has no end, and flags that are missing or wrong', async () => {
    expect(await lineOf('--input', 'rtsp://a:b@localhost/c', '--reference', 'night')).toMatch(
      /is live.*\[CONFIG_INVALID\]/,
    );
    expect(await lineOf('--input', 'day')).toContain("required option '--reference <folder>' not specified");
    expect(await lineOf('--input', 'day', '--reference', 'night', '--sheet', 's.gif')).toContain(
      '[OUTPUT_UNSUPPORTED]',
    );
    expect(await lineOf('--input', 'day', '--reference', 'night', '--json', 'no/e.json')).toContain('[OUTPUT_FAILED]');
    expect(await lineOf('--input', 'day', '--reference', 'night', '--features', 'f.onnx')).toContain(
      '[MODEL_NOT_FOUND]',
    );
  });
});
