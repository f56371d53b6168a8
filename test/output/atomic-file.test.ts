import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { AtomicFile, removePartialFiles, temporaryPathOf } from '../../src/output/atomic-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

test.each([
  ['of ASCII', `${'n'.repeat(251)}.mp4`],
  ['of three bytes a character', `${'画'.repeat(83)}.mkv`],
  ['of four bytes a character', `${'😀'.repeat(62)}.jsonl`],
])('writes a file with the longest name that the file system takes, %s', async (_, name) => {
  const path = join(folder, name);
  const file = await AtomicFile.open({ path, overwrite: false });
  expect(Buffer.byteLength(basename(file.temporaryPath))).toBeLessThanOrEqual(255);
  expect(file.temporaryPath).not.toContain('\ufffd');
  writeFileSync(file.temporaryPath, 'night');
  await file.commit();
  expect(readdirSync(folder)).toContain(name);
  expect(existsSync(file.temporaryPath)).toBe(false);
});

test('names a name that is too long', async () => {
  const path = join(folder, `${'画'.repeat(90)}.mp4`);
  await expect(AtomicFile.open({ path, overwrite: false })).rejects.toMatchObject({
    code: 'OUTPUT_FAILED',
    message: `Cannot write ${path}: the name is too long.`,
  });
});

test('finds what a dead process left of a long name', async () => {
  const path = join(folder, `${'x'.repeat(251)}.mp4`);
  const left = temporaryPathOf(path);
  writeFileSync(left, 'half');
  await removePartialFiles(path, process.pid + 1);
  expect(existsSync(left)).toBe(true);
  await removePartialFiles(path, process.pid);
  expect(existsSync(left)).toBe(false);
});
