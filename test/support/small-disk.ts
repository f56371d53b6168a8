import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A disk of its own, unmounted when the test file is over. */
export interface SmallDisk {
  readonly folder: string;
  /** Fills it up to this much free space, bytes. */
  leave(bytes: number): void;
}

/** Mounts a disk in a new folder inside `parent`; undefined, with a warning, where this user may not. @param size as tmpfs takes it: `5m`. */
export function smallDisk(parent: string, size: string): SmallDisk | undefined {
  const folder = join(parent, 'small-disk');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    console.warn(`SKIPPED: a full disk needs a tmpfs, and mounting one failed (${String(error).split('\n')[0]})`);
    return undefined;
  }
  afterAll(() => {
    execFileSync('umount', [folder]);
  });
  return {
    folder,
    leave: (bytes) => {
      writeFileSync(join(folder, 'filling'), '');
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(join(folder, 'filling'), Buffer.alloc(bavail * bsize - bytes));
    },
  };
}
