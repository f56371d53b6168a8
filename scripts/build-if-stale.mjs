// Builds when dist/ is missing or older than any source: what `npm start` calls first.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'dist/.built');

function newest(folder) {
  let time = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) time = Math.max(time, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return time;
}

const sources = ['src', 'web-viewer', 'scripts'].map((name) => newest(join(root, name)));
if (
  !existsSync(stamp) ||
  Math.max(...sources, statSync(join(root, 'package.json')).mtimeMs) > statSync(stamp).mtimeMs
) {
  process.stderr.write('building nocturne, once: about half a minute\n');
  const result = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
  process.exitCode = result.status ?? 1;
}
