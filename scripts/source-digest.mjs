// The digest of everything that dist/ is built from: scripts/build.mjs stores it, scripts/build-if-stale.mjs compares it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders and files under the root that the build reads; package-lock.json stands for the compilers. */
const INPUTS = ['src', 'web-viewer', 'tsconfig.json', 'package-lock.json', 'scripts/build.mjs'];

/** SHA-256 of the paths and contents of the build's inputs, in hexadecimal. */
export function sourceDigest(root) {
  const hash = createHash('sha256');
  for (const path of INPUTS.flatMap((input) => filesOf(root, input))) {
    const bytes = readFileSync(join(root, path));
    hash.update(`${path}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

function filesOf(root, input) {
  if (/[.]\w+$/.test(input)) return [input];
  const entries = readdirSync(join(root, input), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(root.length)).sort();
}
