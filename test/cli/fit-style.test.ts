import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import { writeImage } from '../../src/image/image-file.js';
import { parseNightStyle } from '../../src/lighting/night-style.js';
import { paintedImages } from '../evaluate/painted-images.js';
import { nocturne } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Documented in docs/errors.md. */
const [USAGE, INPUT, OUTPUT] = [2, 3, 4] as const;

const folder = temporaryFolder();

/** Each run loads code for a second on an idle machine. */
vi.setConfig({ testTimeout: 300_000 });

beforeAll(async () => {
  mkdirSync(join(folder, 'nights'));
  for (const [i, image] of paintedImages('night', 4, 1).entries()) {
    await writeImage(join(folder, 'nights', `${i}.png`), image);
  }
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'kept.json'), 'kept');
});

/** Runs `fit-style`, which must fail with an exit code; returns its one line on stderr. */
async function failureOf(exitCode: number, ...args: string[]): Promise<string> {
  const result = await nocturne(['fit-style', ...args], { cwd: folder });
  expect(result.exitCode, result.stderr).toBe(exitCode);
  const lines = result.stderr.split('\n').filter((line) => line.startsWith('nocturne: '));
  expect(lines, result.stderr).toHaveLength(1);
  expect(result.stdout).toBe('');
  return lines[0]!;
}

it('writes a valid style, named for its file, and says what it was fitted to', async () => {
  const args = ['fit-style', 'nights', '--out', 'harbour.json', '--steps', '4', '--max-days', '2', '--from', 'village'];
  const { exitCode, stdout, stderr } = await nocturne(args, { cwd: folder });
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toMatch(/^harbour\.json: layout [\d.]+ to [\d.]+, .*; best of 4 styles\n$/);
  const style = parseNightStyle(JSON.parse(readFileSync(join(folder, 'harbour.json'), 'utf8')), 'harbour.json');
  expect(style.name).toBe('harbour');
  expect(style.description).toMatch(
    /^Fitted to 4 nights of nights on 2 painted streets, starting from village: layout /,
  );
});

it('fails before it reads anything when the style cannot be written', async () => {
  expect(await failureOf(OUTPUT, 'nights', '--out', 'kept.json')).toContain('kept.json already exists');
  expect(readFileSync(join(folder, 'kept.json'), 'utf8')).toBe('kept');
  expect(await failureOf(OUTPUT, 'nights', '--out', 'missing/a.json')).toContain('its folder does not exist');
  expect(await failureOf(OUTPUT, 'nights', '--out', 'empty')).toContain('it is a folder');
});

it.skipIf(process.getuid?.() === 0)('says that a folder takes no files', async () => {
  mkdirSync(join(folder, 'locked'));
  chmodSync(join(folder, 'locked'), 0o500);
  expect(await failureOf(OUTPUT, 'nights', '--out', 'locked/a.json')).toContain('[OUTPUT_NO_PERMISSION]');
});

it('says what is wrong with nights, days and numbers, and leaves no file', async () => {
  const out = ['--out', 'none.json'];
  expect(await failureOf(INPUT, 'empty', ...out)).toContain('a folder without images');
  expect(await failureOf(INPUT, 'missing', ...out)).toContain('[INPUT_NOT_FOUND]');
  expect(await failureOf(INPUT, 'nights', '--days', 'empty', ...out)).toContain('a folder without images');
  expect(await failureOf(USAGE, 'nights', '--from', 'moonlight', ...out)).toContain('moonlight');
  expect(await failureOf(USAGE, 'nights', '--steps', '0', ...out)).toContain('an integer from 1');
  expect(await failureOf(USAGE, 'nights')).toContain('--out');
  expect(existsSync(join(folder, 'none.json'))).toBe(false);
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});
