import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Evaluation } from '../../src/evaluate/evaluation.js';
import { writeImage } from '../../src/image/image-file.js';
import { paintedImages } from '../evaluate/painted-images.js';
import { nocturne } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Documented in docs/errors.md. */
const [FAILURE, USAGE, INPUT, OUTPUT] = [1, 2, 3, 4] as const;

const folder = temporaryFolder();

/** Each run loads code for a second on an idle machine. */
vi.setConfig({ testTimeout: 300_000 });

beforeAll(async () => {
  for (const kind of ['day', 'night'] as const) {
    mkdirSync(join(folder, kind));
    for (const [i, image] of paintedImages(kind, 3, 1).entries()) {
      await writeImage(join(folder, kind, `${i}.png`), image);
    }
  }
  mkdirSync(join(folder, 'empty'));
  mkdirSync(join(folder, 'texts'));
  writeFileSync(join(folder, 'texts/a.txt'), 'no image');
  mkdirSync(join(folder, 'broken'));
  writeFileSync(join(folder, 'broken/a.png'), 'no image');
  mkdirSync(join(folder, 'one'));
  await writeImage(join(folder, 'one/a.png'), paintedImages('night', 1, 1)[0]!);
});

/** Runs `eval`, which must fail with an exit code; returns its one line on stderr. */
async function failureOf(exitCode: number, ...args: string[]): Promise<string> {
  const result = await nocturne(['eval', ...args], { cwd: folder });
  expect(result.exitCode, result.stderr).toBe(exitCode);
  const lines = result.stderr.split('\n').filter((line) => line.startsWith('nocturne: '));
  expect(lines, result.stderr).toHaveLength(1);
  expect(result.stdout).toBe('');
  return lines[0]!;
}

const args = ['--input', 'day', '--reference', 'night', '--generator', 'grade'];

it('prints tables, or the same as one JSON object, and writes a sheet', async () => {
  const table = await nocturne(['eval', ...args, '--sheet', 's.jpg'], { cwd: folder });
  expect(table.exitCode, table.stderr).toBe(0);
  for (const text of [
    'layout distance',
    'sliced Wasserstein',
    'lights distance',
    'near black',
    'structure',
    'invented',
  ]) {
    expect(table.stdout).toContain(text);
  }
  expect(readFileSync(join(folder, 's.jpg')).subarray(0, 2)).toEqual(Buffer.of(0xff, 0xd8));

  const json = await nocturne(['eval', ...args, '--json'], { cwd: folder });
  expect(json.exitCode, json.stderr).toBe(0);
  const { layout, inventedLights } = JSON.parse(json.stdout) as Evaluation; // written by printJson
  for (const row of ['day', 'grade', 'curve', 'result', 'floor'] as const) {
    expect(table.stdout).toContain(` ${layout[row].mean.toFixed(3)} (`);
  }
  expect(inventedLights.day.mean).toBe(0);
});

describe('one line on stderr for', () => {
  it('a missing or empty folder', async () => {
    expect(await failureOf(INPUT, '--input', 'gone', '--reference', 'night')).toContain('gone does not exist.');
    expect(await failureOf(INPUT, '--input', 'day', '--reference', 'night', '--reference', 'gone')).toContain(
      '[INPUT_NOT_FOUND]',
    );
    expect(await failureOf(INPUT, '--input', 'day', '--reference', 'empty')).toContain('empty is a folder without ');
  });

  it('files that are not images, and sets that are too small', async () => {
    expect(await failureOf(INPUT, '--input', 'texts', '--reference', 'night')).toContain('[INPUT_NOT_VIDEO]');
    expect(await failureOf(INPUT, '--input', 'day', '--reference', 'texts/a.txt')).toContain(
      'is not a folder of images.',
    );
    expect(await failureOf(INPUT, '--input', 'day', '--reference', 'broken')).toContain('[INPUT_NOT_VIDEO]');
    expect(await failureOf(INPUT, '--input', 'texts/a.txt', '--reference', 'night')).toContain('[INPUT_NOT_VIDEO]');
    expect(await failureOf(INPUT, '--input', 'day', '--reference', 'one')).toContain(
      'has one image; a distance needs a set.',
    );
  });

  it('a live input, and missing or invalid flags', async () => {
    expect(await failureOf(USAGE, '--input', 'rtsp://a:b@localhost/c', '--reference', 'night')).toMatch(
      /is live.*\[CONFIG_INVALID\]/,
    );
    expect(await failureOf(USAGE, '--input', 'day')).toContain("required option '--reference <folder>' not specified");
    expect(await failureOf(OUTPUT, '--input', 'day', '--reference', 'night', '--sheet', 's.gif')).toContain(
      '[OUTPUT_UNSUPPORTED]',
    );
    expect(await failureOf(OUTPUT, '--input', 'day', '--reference', 'night', '--sheet', 'no/s.png')).toContain(
      '[OUTPUT_FAILED]',
    );
    expect(await failureOf(FAILURE, '--input', 'day', '--reference', 'night', '--features', 'f.onnx')).toContain(
      '[MODEL_NOT_FOUND]',
    );
  });
});
