// Imports sources as they are now, so that no script shows a stale build: `await importSources({ './src/core/random.ts': ['Random'] })`. Names must differ.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The exports of some modules of the project, by name. Packages are those of the project. */
export async function importSources(modules) {
  // Two folders deep, like compiled files, because the kernels are found relative to it.
  const outfile = join(root, `node_modules/.cache/sources-${process.pid}-${Date.now()}.mjs`);
  try {
    await build({
      stdin: {
        contents: Object.entries(modules)
          .map(([path, names]) => `export { ${names.join(', ')} } from '${path}';`)
          .join('\n'),
        resolveDir: root,
      },
      ...{ bundle: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external' },
      ...{ outfile, logLevel: 'error' },
    });
    return await import(pathToFileURL(outfile));
  } finally {
    rmSync(outfile, { force: true });
  }
}
