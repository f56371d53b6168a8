// Builds dist/: the WASM kernels (AssemblyScript), the TypeScript, the ONNX schema, the viewer page, the pages of reports.
// `node scripts/build.mjs kernels` builds only the kernels.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceDigest } from './source-digest.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const kernelSources = join(root, 'src/image/kernels');
/** The build's own folder, beside dist/ so that source maps stay right. Its files move to dist/ when all are there. */
const fresh = mkdtempSync(join(root, '.dist-'));
process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));

function run(title, file, args) {
  const started = performance.now();
  const result = spawnSync(process.execPath, [join(root, file), ...args], { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status ?? 1);
  process.stderr.write(`built ${title} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

function buildKernels() {
  const output = join(fresh, 'image/kernels');
  mkdirSync(output, { recursive: true });
  for (const source of readdirSync(kernelSources).filter((name) => name.endsWith('.ts'))) {
    const name = basename(source, '.ts');
    run(`kernel ${name}`, 'node_modules/assemblyscript/bin/asc.js', [
      join(kernelSources, source),
      ...['--outFile', join(output, `${name}.wasm`)],
      ...['-O3', '--noAssert', '--enable', 'simd', '--runtime', 'stub', '--importMemory'],
    ]);
  }
}

function copySchema() {
  const output = join(fresh, 'train/export');
  mkdirSync(output, { recursive: true });
  for (const name of ['onnx.proto', 'onnx.LICENSE']) cpSync(join(root, 'src/train/export', name), join(output, name));
}

async function buildViewer() {
  run('viewer types', 'node_modules/typescript/bin/tsc', ['-p', 'web-viewer/tsconfig.json']);
  const { build } = await import('esbuild');
  const output = join(fresh, 'web-viewer');
  await build({
    entryPoints: ['viewer.ts', 'decode-worker.ts'].map((name) => join(root, 'web-viewer', name)),
    outdir: output,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    sourcemap: 'linked',
    legalComments: 'none',
  });
  for (const name of readdirSync(join(root, 'web-viewer')).filter((file) => /\.(html|css|svg|ico)$/.test(file))) {
    cpSync(join(root, 'web-viewer', name), join(output, name));
  }
}

/** Folders of the pages that reports inline: of a training's losses, of a run over a data set. */
const REPORT_PAGES = ['train/report/page', 'augment/proof/page'];

/** Bundles the script and the style of a page; loss-page.ts and report.ts inline them. */
async function buildReportPage(folder) {
  const source = join(root, 'src', folder);
  run(`${folder} types`, 'node_modules/typescript/bin/tsc', ['-p', join(source, 'tsconfig.json')]);
  const { build } = await import('esbuild');
  const output = join(fresh, folder);
  const notice = '/*! uPlot: Copyright (c) 2022 Leon Sorokin, MIT License (uplot.LICENSE) */';
  await build({
    entryPoints: ['page.ts', 'page.css'].map((name) => join(source, name)),
    outdir: output,
    bundle: true,
    format: 'iife',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    banner: { js: notice },
  });
  cpSync(join(root, 'node_modules/uplot/LICENSE'), join(output, 'uplot.LICENSE'));
}

/** Paths of a folder's files, relative to it. */
function filesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/**
 * Replaces dist/'s files one by one, each atomically. A running program, which loads files as it needs them, finds every
 * file at any moment: the old one or the new one.
 */
function moveToDist() {
  const built = filesOf(fresh);
  for (const file of built) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    renameSync(join(fresh, file), join(dist, file));
  }
  return built;
}

/** Removes what earlier builds left and this one no longer has. */
function removeOthers(built) {
  const current = new Set(built);
  for (const file of filesOf(dist)) if (!current.has(file)) rmSync(join(dist, file), { force: true });
}

const digest = sourceDigest(root);
buildKernels();
if (process.argv[2] === 'kernels') {
  moveToDist();
} else {
  run('nocturne', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json', '--outDir', fresh]);
  copySchema();
  await buildViewer();
  for (const folder of REPORT_PAGES) await buildReportPage(folder);
  rmSync(join(dist, '.built'), { force: true });
  const built = moveToDist();
  removeOthers(built);
  writeFileSync(join(dist, '.built'), digest);
}
