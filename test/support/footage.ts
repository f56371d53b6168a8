import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of real footage: `NOCTURNE_FOOTAGE`, else `../shared/data` beside the checkout. */
const FOLDER = process.env['NOCTURNE_FOOTAGE'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** Path of a file of the footage; undefined, with a warning, where it is missing: skip what needs it. */
export function footage(name: string): string | undefined {
  const path = join(FOLDER, name);
  if (existsSync(path)) return path;
  console.warn(`SKIPPED: no footage at ${path}; set NOCTURNE_FOOTAGE to the folder that holds ${name}`);
  return undefined;
}
