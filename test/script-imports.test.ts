import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const IMPORT = /import\s*\{([^}]*)\}\s*from\s*'(\.[^']*\/dist\/[^']+)'/g;

/** What a script imports from the compiled product: module and name. */
function importsOf(file: string): { readonly module: string; readonly name: string }[] {
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].flatMap(([, names = '', module = '']) =>
    names
      .split(',')
      .map((name) => name.trim().split(/\s+as\s+/)[0] ?? '')
      .filter((name) => name !== '')
      .map((name) => ({ module: resolve(dirname(file), module), name })),
  );
}

function scriptsIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return scriptsIn(path);
    return path.endsWith('.mjs') ? [path] : [];
  });
}

describe('scripts and benchmarks', () => {
  const scripts = ['bench', 'scripts'].flatMap((folder) => scriptsIn(join(ROOT, folder)));

  it.each(scripts.map((path) => [path.slice(ROOT.length + 1), path]))(
    '%s imports what the product exports',
    async (_, path) => {
      for (const { module, name } of importsOf(path)) {
        const exported = (await import(pathToFileURL(module).href)) as object;
        expect(Object.keys(exported), module).toContain(name);
      }
    },
  );
});
