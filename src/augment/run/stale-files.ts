import { opendir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TEMPORARY_NAME } from '../../output/atomic-file.js';

/** Age at which a file of another machine, whose processes nobody here knows, counts as left behind, milliseconds. */
const FOREIGN_AGE_MS = 3_600_000;

/**
 * Removes the temporary files that dead processes left anywhere in a tree. Never rejects.
 * @param isShared whether processes of other machines may write there now: their files stay until they are an hour old.
 * @returns how many it removed.
 */
export async function removeStaleFiles(root: string, isShared: boolean): Promise<number> {
  let removed = 0;
  const folder = await opendir(root, { recursive: true }).catch(() => undefined);
  if (!folder) return removed;
  try {
    for await (const entry of folder) {
      const processId = Number(TEMPORARY_NAME.exec(entry.name)?.[1] ?? 0);
      if (processId === 0 || isRunning(processId)) continue;
      const path = join(entry.parentPath, entry.name);
      if (isShared && !(await isOld(path))) continue;
      await rm(path, { force: true });
      removed++;
    }
  } catch {
    // what cannot be listed or removed stays
  }
  return removed;
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > FOREIGN_AGE_MS;
}
