// Installs the `tensorflow` training backend where the install script of @tensorflow/tfjs-node cannot download TensorFlow: takes the
// library and its headers from TensorFlow's Python wheel and compiles the addon. Linux x64. Not part of `npm ci`; see
// docs/training-backends.md.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The last TensorFlow whose C API tfjs-node 4.22 compiles against, and a Python version it has wheels for. */
const TENSORFLOW = 'tensorflow-cpu==2.15.1';
const WHEEL_PYTHON = '3.11';
/** The required parts of the wheel; the rest is Python. */
const WHEEL_PARTS = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/*',
];

const { values } = parseArgs({
  options: {
    project: { type: 'string', default: '.' },
    wheel: { type: 'string' },
    headers: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(
    'node scripts/build-tensorflow-addon.mjs [--project DIR] [--wheel FILE] [--headers DIR]\n' +
      '  --project  folder whose node_modules gets @tensorflow/tfjs-node; default: this folder\n' +
      `  --wheel    Python wheel of ${TENSORFLOW} for Linux x64; default: downloaded with pip\n` +
      '  --headers  folder of Node headers (node_api.h); default: those of the running node',
  );
  process.exit(0);
}
const project = resolve(values.project);
const scratch = mkdtempSync(join(tmpdir(), 'tensorflow-addon-'));
try {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    fail(`it supports only Linux x64, got ${process.platform} ${process.arch}; run npm install @tensorflow/tfjs-node`);
  }
  const addon = installPackage();
  const libraries = unpackWheel(values.wheel ? resolve(values.wheel) : downloadWheel());
  placeLibraries(addon, libraries);
  compile(addon, libraries);
  testAddon();
} catch (error) {
  console.error(`build-tensorflow-addon: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function installPackage() {
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  // tfjs-node must share the project's tfjs-core: npm installs it once only for the same version.
  const version = manifest.dependencies?.['@tensorflow/tfjs-core'] ?? '4.22.0';
  const folder = join(project, 'node_modules/@tensorflow/tfjs-node');
  if (!existsSync(join(folder, 'package.json'))) {
    // --save-prod: otherwise npm considers an optional peer installed; --no-save leaves package.json unchanged.
    const flags = ['--no-save', '--save-prod', '--ignore-scripts', '--no-audit', '--no-fund'];
    run('npm', ['install', ...flags, `@tensorflow/tfjs-node@${version}`], project);
  }
  return folder;
}

function downloadWheel() {
  const filters = [
    '--no-deps',
    '--only-binary=:all:',
    '--python-version',
    WHEEL_PYTHON,
    '--platform',
    'manylinux2014_x86_64',
  ];
  run('python3', ['-m', 'pip', 'download', ...filters, '--dest', scratch, TENSORFLOW], scratch);
  return join(scratch, readdirSync(scratch).find((name) => name.endsWith('.whl')) ?? 'missing.whl');
}

function unpackWheel(wheel) {
  if (!existsSync(wheel)) fail(`--wheel must be a file, got ${wheel}`);
  run('unzip', ['-q', '-o', wheel, ...WHEEL_PARTS, '-d', scratch], scratch);
  return join(scratch, 'tensorflow');
}

function placeLibraries(addon, libraries) {
  const folder = join(addon, 'deps/lib');
  mkdirSync(folder, { recursive: true });
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    copyFileSync(join(libraries, name), join(folder, name));
  }
}

function compile(addon, libraries) {
  const folder = join(addon, 'lib/napi-v8');
  mkdirSync(folder, { recursive: true });
  const headers = values.headers ?? join(dirname(dirname(process.execPath)), 'include/node');
  if (!existsSync(join(headers, 'node_api.h'))) fail(`--headers must hold node_api.h, got ${headers}`);
  run(
    'g++',
    [
      ...['-shared', '-fPIC', '-O2', '-std=c++17', '-w', '-DNAPI_VERSION=8'],
      ...['-I', resolve(headers), '-I', join(libraries, 'include'), '-I', 'binding'],
      ...['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc', '-o', join(folder, 'tfjs_binding.node')],
      ...['-Ldeps/lib', '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      '-Wl,-rpath,$ORIGIN/../../deps/lib',
    ],
    addon,
  );
}

function testAddon() {
  const code = `
    const tf = require('@tensorflow/tfjs-node');
    const sum = tf.sum(tf.matMul(tf.ones([64, 64]), tf.ones([64, 64]))).dataSync()[0];
    if (sum !== 64 ** 3) throw new Error('expected the sum ' + 64 ** 3 + ', got ' + sum);
    console.log('@tensorflow/tfjs-node ' + tf.version['tfjs-node'] + ' works');`;
  run(process.execPath, ['--eval', code], project, { TF_CPP_MIN_LOG_LEVEL: '2' });
}

function run(command, args, cwd, env = {}) {
  console.log(`> ${command} ${args[0]} ...`);
  try {
    execFileSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
  } catch (error) {
    fail(`${command} failed${error.code === 'ENOENT' ? ': it is not installed' : ''}`);
  }
}

function fail(message) {
  throw new Error(message);
}
