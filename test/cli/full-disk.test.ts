import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { writeImage } from '../../src/image/image-file.js';
import { parseNightStyle } from '../../src/lighting/night-style.js';
import { paintedImages } from '../evaluate/painted-images.js';
import { nocturne, type CommandResult } from '../support/command.js';
import { smallDisk } from '../support/small-disk.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Documented in docs/errors.md. */
const OUTPUT = 4;

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const hasShell = process.platform !== 'win32';
const folder = temporaryFolder();
const disk = smallDisk(folder, '3m');

/** Each run loads code for a second on an idle machine. */
vi.setConfig({ testTimeout: 300_000 });

beforeAll(async () => {
  for (const kind of ['day', 'night'] as const) {
    mkdirSync(join(folder, kind));
    for (const [i, image] of paintedImages(kind, 3, 1).entries()) {
      await writeImage(join(folder, kind, `${i}.png`), image);
    }
  }
});

/** Expects one line of a full disk that names the file; returns the result. */
function expectFull(result: CommandResult, path: string): CommandResult {
  expect(result.exitCode, result.stderr).toBe(OUTPUT);
  const lines = result.stderr.split('\n').filter((line) => line.startsWith('nocturne: '));
  expect(lines, result.stderr).toHaveLength(1);
  expect(lines[0]).toContain(path);
  expect(lines[0]).toContain('[OUTPUT_NO_SPACE]');
  return result;
}

describe.skipIf(!disk)('on a full disk', () => {
  const at = (name: string): string => join(disk?.folder ?? '', name);
  const leave = (bytes: number): void => disk?.leave(bytes);
  const inputs = ['--input', join(folder, 'day'), '--reference', join(folder, 'night'), '--generator', 'grade'];

  it('eval prints its tables and leaves the old sheet as it was', async () => {
    writeFileSync(at('sheet.png'), 'old');
    leave(8192);
    const { stdout } = expectFull(await nocturne(['eval', ...inputs, '--sheet', at('sheet.png')]), at('sheet.png'));
    expect(stdout).toContain('layout distance');
    expect(readFileSync(at('sheet.png'), 'utf8')).toBe('old');
    expect(readdirSync(at('.')).sort()).toEqual(['filling', 'sheet.png']);
  });

  it.skipIf(!hasShell)('eval prints its tables to stderr when stdout is on the disk', () => {
    leave(0);
    const command = [process.execPath, MAIN, 'eval', ...inputs, '--json'].map((word) => `'${word}'`).join(' ');
    const { status, stderr } = spawnSync('sh', ['-c', `${command} > '${at('result.json')}'`], { encoding: 'utf8' });
    expect(status).toBe(OUTPUT);
    expect(stderr).toContain('layout distance');
    expect(stderr).toMatch(/^nocturne: cannot write to standard output: .*ENOSPC/m);
  });

  it('fit-style prints the style', async () => {
    leave(0);
    const args = ['fit-style', join(folder, 'night'), '--out', at('harbour.json'), '--steps', '1', '--max-days', '2'];
    const { stdout } = expectFull(await nocturne(args), at('harbour.json'));
    expect(parseNightStyle(JSON.parse(stdout), 'harbour.json').name).toBe('harbour');
    expect(existsSync(at('harbour.json'))).toBe(false);
  });

  it('train leaves what was complete, and says which file was not', async () => {
    const options = ['steps=2', 'distillSteps=2', 'logEvery=1', 'validateEvery=1', 'checkpointEvery=1'];
    const set = options.flatMap((option) => ['--set', option]);
    leave(8192);
    const run = at('run');
    const result = expectFull(await nocturne(['train', 'synth', '--run', run, '--backend', 'wasm', ...set]), run);
    expect(result.stdout).toBe('');
    expect(readdirSync(run, { recursive: true }).filter((name) => /part|nocturne/.test(String(name)))).toEqual([]);
  });
});
