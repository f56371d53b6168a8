import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly scripts?: Record<string, string>;
}

const read = (path: string): unknown => JSON.parse(readFileSync(join(CHECKOUT, path), 'utf8'));
const lock = read('package-lock.json') as { packages: Record<string, { hasInstallScript?: true }> };
const { allowScripts } = read('package.json') as { allowScripts: Record<string, boolean> };

// `npm ci` downloads from the registry only: two dependencies have install scripts that would fetch binaries from elsewhere.
// The checkout cannot use `ignore-scripts`, which would keep `npm pack` from building dist/.

it('npm 10 runs no install script of a dependency: the lock file lists none', () => {
  const listed = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript);
  expect(listed.map(([path]) => path)).toEqual([]);
});

it('npm 11 runs no install script of a dependency: package.json denies each', () => {
  const manifests = Object.keys(lock.packages)
    .filter((path) => path !== '' && existsSync(join(CHECKOUT, path, 'package.json')))
    .map((path) => ({ path, manifest: read(join(path, 'package.json')) as Manifest }));
  const withScripts = manifests.filter(
    ({ path, manifest: { scripts = {} } }) =>
      ['preinstall', 'install', 'postinstall'].some((name) => name in scripts) ||
      existsSync(join(CHECKOUT, path, 'binding.gyp')),
  );
  expect(withScripts.map(({ manifest }) => manifest.name).sort()).toEqual(Object.keys(allowScripts).sort());
  expect(new Set(Object.values(allowScripts))).toEqual(new Set([false]));
});
