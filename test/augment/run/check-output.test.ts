import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkApart } from '../../../src/augment/run/check-output.js';
import { openStore } from '../../../src/augment/store/open-store.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
mkdirSync(join(folder, 'day'));
symlinkSync(join(folder, 'day'), join(folder, 'link'));

async function lineOf(input: string, output: string): Promise<string> {
  const check = checkApart(await openStore(input), await openStore(output));
  return check.then(
    () => '',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

it('keeps a run from writing to what it reads, in folders and in object stores', async () => {
  const day = join(folder, 'day');
  for (const [input, output, clause] of [
    [day, day, 'is the input'],
    [day, join(folder, 'link'), 'is the input'],
    [day, join(folder, 'link', 'night'), 'is inside the input'],
    [day, folder, 'is inside the output'],
    ['s3://sets/kitti', 's3://sets/kitti/', 'is the input'],
    ['s3://sets/kitti', 's3://sets/kitti/night', 'is inside the input'],
    ['s3://sets/kitti', 's3://sets', 'is inside the output'],
  ] as const) {
    expect(await lineOf(input, output), `${input} ${output}`).toContain(clause);
  }
  for (const [input, output] of [
    [day, `${day}-night`],
    ['s3://sets/kitti', 's3://sets/kitti-night'],
    ['s3://sets/kitti', 's3://other/kitti'],
    ['s3://sets/kitti', day],
  ] as const) {
    expect(await lineOf(input, output), `${input} ${output}`).toBe('');
  }
});
