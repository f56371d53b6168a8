import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDataFolders } from '../../../src/train/data/data-folders.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A folder with empty files: listing reads only names. */
function rootOf(...paths: readonly string[]): string {
  const root = temporaryFolder();
  for (const path of paths) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), '');
  }
  return root;
}

describe('readDataFolders', () => {
  it('lists a folder in the layout of CycleGAN', async () => {
    const root = rootOf('trainA/1.jpg', 'trainB/2.jpg', 'trainB/3.jpg', 'testA/4.jpg', 'testB/readme.txt');
    const folders = await readDataFolders({ root });
    expect(folders.a.map(({ name }) => name)).toEqual(['1.jpg']);
    expect(folders.b.map(({ name }) => name)).toEqual(['2.jpg', '3.jpg']);
    expect(folders.isSideBySide).toBe(false);
  });

  it('lists two separate folders', async () => {
    const root = rootOf('day/1.jpg', 'night/2.jpg');
    const folders = await readDataFolders({ a: join(root, 'day'), b: join(root, 'night') });
    expect([folders.a[0]?.name, folders.b[0]?.name]).toEqual(['1.jpg', '2.jpg']);
  });

  it('lists side-by-side pairs', async () => {
    const folders = await readDataFolders({ root: rootOf('train/1.jpg', 'val/2.jpg') });
    expect(folders.isSideBySide).toBe(true);
    expect(folders.b).toEqual(folders.a);
  });

  it('reports in one line what is missing or empty', async () => {
    const lineOf = async (root: string): Promise<unknown> => readDataFolders({ root }).catch((error: unknown) => error);
    await expect(readDataFolders({ root: rootOf('trainA/1.jpg') })).rejects.toThrow(/holds no folder trainB\.$/);
    await expect(readDataFolders({ root: rootOf('images/1.jpg') })).rejects.toThrow(/trainA and no folder trainB/);
    await expect(readDataFolders({ root: rootOf('trainA/1.jpg', 'trainB/1.txt') })).rejects.toThrow(/holds no images/);
    expect(await lineOf('/nowhere/at/all')).toMatchObject({ code: 'INPUT_NOT_FOUND' });
  });
});
