import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of real footage: `NOCTURNE_FOOTAGE`, else `../shared/data` beside the checkout. */
const FOLDER = process.env['NOCTURNE_FOOTAGE'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** Path of a piece of footage, or undefined, said out loud, where it is missing: skip what needs it then. */
export function footage(name: string): string | undefined {
  const path = join(FOLDER, name);
  if (existsSync(path)) return path;
  console.warn(`SKIPPED: no footage at ${path}; set NOCTURNE_FOOTAGE to the folder that holds ${name}`);
  return undefined;
}
