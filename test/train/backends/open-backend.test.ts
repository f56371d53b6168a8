import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/train/backends/open-backend.js';
import { presentBackends } from '../../support/backends.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const present = await presentBackends();

describe('openBackend', () => {
  it.each(present)('opens %s, closes it twice and opens it again', async (name) => {
    for (let time = 0; time < 2; time++) {
      const backend = await openBackend(name);
      expect(backend.name).toBe(name);
      expect(tf.getBackend()).toBe(name);
      const sum = tf.sum(tf.tensor([1, 2, 3]));
      expect([...(await sum.data())]).toEqual([6]);
      await backend.close();
      await backend.close();
    }
  });

  it('prefers tensorflow, and always opens a backend', async () => {
    await using backend = await openBackend('auto');
    expect(backend.name).toBe(present.includes('tensorflow') ? 'tensorflow' : backend.name);
    expect(backend.device).not.toContain('software');
  });

  it.each([
    ['tensorflow', '@tensorflow/tfjs-node', 'node scripts/build-tensorflow-addon.mjs'], // what a checkout needs
    ['webgpu', 'webgpu', 'npm install webgpu'],
  ] as const)('names what to run for %s', async (name, packageName, command) => {
    if (isInstalled(packageName)) return;
    await expect(openBackend(name)).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      stage: 'train',
      remedy: expect.stringContaining(command) as string,
    });
  });
});

function isInstalled(packageName: string): boolean {
  try {
    createRequire(import.meta.url).resolve(packageName);
    return true;
  } catch {
    console.warn(`${packageName} is not installed: testing the error`);
    return false;
  }
}

/** The message of tfjs-node 4.22 without its native addon. */
const NO_ADDON =
  'The Node.js native addon module (tfjs_binding.node) can not be found at path: /some/path. \\nMore lines.';
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A project with a copy of the build as `nocturne` in its node_modules, beside the real tfjs packages, and no others. */
function projectFolder(): { readonly project: string; readonly nocturne: string } {
  const project = temporaryFolder();
  const nocturne = join(project, 'node_modules', 'nocturne');
  cpSync(join(ROOT, 'dist'), join(nocturne, 'dist'), { recursive: true });
  writeFileSync(join(nocturne, 'package.json'), readFileSync(join(ROOT, 'package.json')));
  mkdirSync(join(project, 'node_modules', '@tensorflow'));
  for (const name of ['tfjs-core', 'tfjs-backend-wasm', 'tfjs-backend-webgpu']) {
    const entry = createRequire(import.meta.url).resolve(`@tensorflow/${name}/package.json`);
    symlinkSync(dirname(entry), join(project, 'node_modules', '@tensorflow', name), 'dir');
  }
  return { project, nocturne };
}

/** Adds a tfjs-node package that does not load. */
function addBrokenTensorflow(project: string): void {
  const folder = join(project, 'node_modules', '@tensorflow', 'tfjs-node');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "name": "@tensorflow/tfjs-node", "main": "index.js" }');
  writeFileSync(join(folder, 'index.js'), `throw new Error('${NO_ADDON}');`);
}

/** Opens `auto` in a process of its own: its name and the warnings. */
function openAuto(nocturne: string): { readonly name: string; readonly warnings: readonly string[] } {
  const code = `
    const { openBackend } = await import(process.argv[1]);
    const warnings = [];
    const backend = await openBackend('auto', (line) => warnings.push(line));
    console.log(JSON.stringify({ name: backend.name, warnings }));`;
  const module = join(nocturne, 'dist', 'train', 'backends', 'open-backend.js');
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', code, module], { encoding: 'utf8' });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as ReturnType<typeof openAuto>; // printed above
}

describe('openBackend with auto, without a GPU', () => {
  it('falls back to wasm without a warning when no TensorFlow package is installed', () => {
    expect(openAuto(projectFolder().nocturne)).toEqual({ name: 'wasm', warnings: [] });
  });

  it('warns when an installed TensorFlow package does not load, with the remedy for an installed nocturne', () => {
    const { project, nocturne } = projectFolder();
    addBrokenTensorflow(project);
    const { name, warnings } = openAuto(nocturne);
    expect(name).toBe('wasm');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(
      '@tensorflow/tfjs-node is installed but does not load: The Node.js native addon module',
    );
    expect(warnings[0]).toContain('Run its install script: npm rebuild --ignore-scripts=false @tensorflow/tfjs-node');
    expect(warnings[0]).not.toContain('\n');
  });

  it('names the build script in a checkout', () => {
    const { project, nocturne } = projectFolder();
    addBrokenTensorflow(project);
    mkdirSync(join(nocturne, 'scripts'));
    writeFileSync(join(nocturne, 'scripts', 'build-tensorflow-addon.mjs'), '');
    expect(openAuto(nocturne).warnings[0]).toContain('Run: node scripts/build-tensorflow-addon.mjs');
  });
});
