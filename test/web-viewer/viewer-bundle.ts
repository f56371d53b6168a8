import { cp, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('../../web-viewer/', import.meta.url));

/** Bundles the page as scripts/build.mjs does, into a new temporary folder; the caller removes it. */
export async function bundleViewer(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nocturne-viewer-'));
  await build({
    entryPoints: ['viewer.ts', 'decode-worker.ts'].map((name) => join(source, name)),
    outdir: folder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  });
  for (const name of await readdir(source)) {
    if (/\.(html|css|svg|ico)$/.test(name)) await cp(join(source, name), join(folder, name));
  }
  return folder;
}
