import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { preProcessFile } from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

// Packs a clean copy of the checkout, installs the tarball in an empty folder as README.md says, and uses it from there.

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
/** What a clone does not have, and what packing does not need. */
const LEFT_OUT = /^(node_modules|dist|[.]dist-.*|[.]git|coverage|out|tmp|test)$/;
/** Messages of npm where the registry cannot be reached. */
const OFFLINE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/;
const TYPESCRIPT = join(CHECKOUT, 'node_modules/typescript/bin/tsc');
const ATTW = join(CHECKOUT, 'node_modules/@arethetypeswrong/cli/dist/index.js');

const root = temporaryFolder();
const project = join(root, 'project');
const installed = join(project, 'node_modules/nocturne');
let tarball = '';
let installLog = '';

interface Result {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Standard output and standard error. */
  readonly log: string;
}

/** Runs a program to its end, without the npm settings of the npm that runs this test. */
async function run(command: string, args: readonly string[], cwd: string): Promise<Result> {
  const environment = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NOCTURNE_|VITEST|NODE_OPTIONS)/i.test(name),
  );
  const child = spawn(command, args, { cwd, env: Object.fromEntries(environment), stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, log] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    log += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const [exitCode] = (await once(child, 'close')) as [number | null]; // ChildProcess 'close' gives code and signal
  return { exitCode, stdout, log };
}

/** A copy of the checkout without dist/, as a clone after `npm ci` is. */
function copyCheckout(): string {
  const copy = join(root, 'checkout');
  mkdirSync(copy);
  for (const name of readdirSync(CHECKOUT).filter((entry) => !LEFT_OUT.test(entry))) {
    cpSync(join(CHECKOUT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(CHECKOUT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

async function pack(): Promise<string> {
  const { exitCode, log } = await run('npm', ['pack', '--pack-destination', root], copyCheckout());
  expect(exitCode, log).toBe(0);
  const name = readdirSync(root).find((file) => file.endsWith('.tgz'));
  expect(name, log).toBeDefined();
  return join(root, name ?? '');
}

/** Files of a folder, relative to it. */
function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

const readme = readFileSync(join(CHECKOUT, 'README.md'), 'utf8');

beforeAll(async () => {
  tarball = await pack();
}, 400_000);

describe('npm pack in a fresh checkout', () => {
  it('is clean for publint', async () => {
    const bytes = readFileSync(tarball);
    const { messages, pkg } = await publint({
      pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('is clean for arethetypeswrong', async () => {
    const { exitCode, log } = await run(process.execPath, [ATTW, tarball, '--profile', 'esm-only', '--no-color'], root);
    expect(exitCode, log).toBe(0);
  });
});

describe('the installed package', () => {
  let isOffline = false;

  beforeAll(async () => {
    const command = /^npm (install --ignore-scripts) nocturne-/m.exec(readme)?.[1];
    expect(command, 'the install command of README.md').toBeDefined();
    mkdirSync(project);
    const args = [...(command ?? '').split(' '), '--prefer-offline', '--fetch-retries', '1', tarball];
    const { exitCode, log } = await run('npm', args, project);
    isOffline = exitCode !== 0 && OFFLINE.test(log);
    if (isOffline) console.warn('SKIPPED: npm cannot reach its registry; nothing of the installed package is tested');
    else expect(exitCode, log).toBe(0);
    installLog = log;
  }, 300_000);

  /** As `it`, skipped where npm could not install. */
  const check = (name: string, test: () => void | Promise<void>): void => {
    it(name, { timeout: 120_000 }, async ({ skip }) => {
      skip(isOffline, 'npm cannot reach its registry');
      await test();
    });
  };

  check('installs without complaints about the version of Node', () => {
    expect(installLog).not.toMatch(/EBADENGINE|Unsupported engine/i);
  });

  check('has dist/, the network and the viewer page', () => {
    const files = new Set(filesOf(installed));
    for (const file of ['dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js', 'dist/web-viewer/index.html']) {
      expect(files).toContain(file);
    }
    expect(files).toContain('dist/image/kernels/apply.wasm');
    expect(files).toContain('models/nightgrid/nightgrid.onnx');
  });

  check('prints its version and what the machine can do', async () => {
    const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string };
    const answer = await run('npx', ['nocturne', '--version'], project);
    expect(answer.stdout.trim(), answer.log).toBe(version);
    const doctor = await run('npx', ['nocturne', 'doctor'], project);
    expect(doctor.exitCode, doctor.log).toBe(0);
  });

  check('runs the smallest program of docs/library.md', async () => {
    const [program] = examplesOf('docs/library.md', 'js');
    writeFileSync(join(project, 'smallest.mjs'), program ?? '');
    const { exitCode, stdout, log } = await run(process.execPath, ['smallest.mjs'], project);
    expect(exitCode, log).toBe(0);
    expect(stdout).toMatch(/^25 frames at /);
    expect(existsSync(join(project, 'night.mp4'))).toBe(true);
  });

  check('compiles the examples of its documentation with strict types and skipLibCheck off', async () => {
    const examples = ['README.md', 'docs/library.md'].flatMap((page) =>
      ['js', 'ts'].flatMap((language) => examplesOf(page, language)),
    );
    expect(examples.length).toBeGreaterThan(3);
    for (const [i, text] of examples.entries()) writeFileSync(join(project, `example-${i}.mts`), text);
    const types = join(project, 'node_modules/@types');
    mkdirSync(types, { recursive: true });
    if (!existsSync(join(types, 'node'))) symlinkSync(join(CHECKOUT, 'node_modules/@types/node'), join(types, 'node'));
    const compilerOptions = {
      ...{ module: 'NodeNext', target: 'ES2023', lib: ['ES2023', 'ESNext.Disposable'], types: ['node'] },
      ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.mts'] }));
    const { exitCode, log } = await run(process.execPath, [TYPESCRIPT, '-p', project], project);
    expect(exitCode, log).toBe(0);
  });

  check('has types that import no other package', () => {
    const found: string[] = [];
    const files = new Set([join(installed, 'dist/index.d.ts')]);
    for (const file of files) {
      const { importedFiles, typeReferenceDirectives } = preProcessFile(readFileSync(file, 'utf8'), true, true);
      for (const { fileName } of [...importedFiles, ...typeReferenceDirectives]) {
        if (fileName.startsWith('.')) files.add(join(dirname(file), fileName.replace(/[.]js$/, '.d.ts')));
        else if (!fileName.startsWith('node:')) found.push(`${relative(installed, file)} imports ${fileName}`);
      }
    }
    expect(found).toEqual([]);
  });

  check('has every page that its pages link to', () => {
    const pages = filesOf(installed).filter((file) => file.endsWith('.md'));
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter((link) => !existsSync(join(installed, dirname(page), link)))
        .map((link) => `${page} links to ${link}`),
    );
    expect(pages).toContain('README.md');
    expect(broken).toEqual([]);
  });
});

/** Code blocks of a language on a page of the installed package. */
function examplesOf(page: string, language: string): string[] {
  const text = readFileSync(join(installed, page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, code = '']) => code);
}

/** Relative links and images of a page, without their anchors. */
function linksOf(page: string): string[] {
  const text = readFileSync(join(installed, page), 'utf8');
  const targets = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}
