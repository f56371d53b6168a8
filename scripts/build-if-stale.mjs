// Builds dist/ when it is missing or was built from other sources: for `npm start`, `npm run bench` and `npm pack`.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceDigest } from './source-digest.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'dist/.built');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== sourceDigest(root)) {
  process.stderr.write('building nocturne: about half a minute\n');
  const result = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
  process.exitCode = result.status ?? 1;
}
