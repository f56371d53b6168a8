// Builds dist/: the WASM kernels (AssemblyScript), the TypeScript, the schema of ONNX, the viewer page, the loss page. `node scripts/build.mjs kernels` builds the kernels alone.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const kernelSources = join(root, 'src/image/kernels');
const kernelOutput = join(root, 'dist/image/kernels');
const only = process.argv[2];

function run(title, file, args) {
  const started = performance.now();
  const result = spawnSync(process.execPath, [join(root, file), ...args], { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status ?? 1);
  process.stderr.write(`built ${title} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

function buildKernels() {
  mkdirSync(kernelOutput, { recursive: true });
  for (const source of readdirSync(kernelSources).filter((name) => name.endsWith('.ts'))) {
    const name = basename(source, '.ts');
    run(`kernel ${name}`, 'node_modules/assemblyscript/bin/asc.js', [
      join(kernelSources, source),
      ...['--outFile', join(kernelOutput, `${name}.wasm`)],
      ...['-O3', '--noAssert', '--enable', 'simd', '--runtime', 'stub', '--importMemory'],
    ]);
  }
}

function copySchema() {
  mkdirSync(join(root, 'dist/train/export'), { recursive: true });
  for (const name of ['onnx.proto', 'onnx.LICENSE']) {
    cpSync(join(root, 'src/train/export', name), join(root, 'dist/train/export', name));
  }
}

async function buildViewer() {
  run('viewer types', 'node_modules/typescript/bin/tsc', ['-p', 'web-viewer/tsconfig.json']);
  const { build } = await import('esbuild');
  const out = join(root, 'dist/web-viewer');
  rmSync(out, { recursive: true, force: true });
  await build({
    entryPoints: ['viewer.ts', 'decode-worker.ts'].map((name) => join(root, 'web-viewer', name)),
    outdir: out,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    sourcemap: 'linked',
    legalComments: 'none',
  });
  for (const name of readdirSync(join(root, 'web-viewer')).filter((file) => /\.(html|css|svg|ico)$/.test(file))) {
    cpSync(join(root, 'web-viewer', name), join(out, name));
  }
}

/** Bundles the script and the style of a training's loss page; src/train/report/loss-page.ts inlines them. */
async function buildLossPage() {
  const source = join(root, 'src/train/report/page');
  run('loss page types', 'node_modules/typescript/bin/tsc', ['-p', join(source, 'tsconfig.json')]);
  const { build } = await import('esbuild');
  const out = join(root, 'dist/train/report/page');
  const notice = '/*! uPlot: Copyright (c) 2022 Leon Sorokin, MIT License (uplot.LICENSE) */';
  await build({
    entryPoints: ['page.ts', 'page.css'].map((name) => join(source, name)),
    outdir: out,
    bundle: true,
    format: 'iife',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    banner: { js: notice },
  });
  cpSync(join(root, 'node_modules/uplot/LICENSE'), join(out, 'uplot.LICENSE'));
}

if (only === 'kernels') {
  buildKernels();
} else {
  for (const stale of existsSync(join(root, 'dist')) ? readdirSync(join(root, 'dist')) : []) {
    rmSync(join(root, 'dist', stale), { recursive: true, force: true });
  }
  buildKernels();
  run('nocturne', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json']);
  copySchema();
  await buildViewer();
  await buildLossPage();
  writeFileSync(join(root, 'dist/.built'), new Date().toISOString());
}
