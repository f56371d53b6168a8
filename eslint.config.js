import eslint from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

// Who may import whom: the table of ARCHITECTURE.md. Folders of ours, then third-party packages and the files that alone may import them.
const all = ['core', 'image', 'synth', 'ingest', 'infer', 'temporal', 'render', 'stream', 'pipeline'];
const folders = {
  core: [],
  image: ['core'],
  synth: ['core', 'image'],
  ingest: ['core', 'image', 'synth'],
  infer: ['core', 'image'],
  temporal: ['core', 'image', 'infer/look.ts'],
  render: ['core', 'image', 'infer/look.ts'],
  stream: ['core'],
  pipeline: all.slice(0, -1),
  evaluate: all,
  train: ['core', 'image', 'synth', 'infer', 'evaluate'],
};
const packages = {
  'node-av': ['src/ingest/av-*.ts', 'src/stream/av-*.ts'],
  'onnxruntime-node': ['src/infer/ort-*.ts'],
  sharp: ['src/image/picture-file.ts'],
  ws: ['src/stream/**'],
  fastify: ['src/stream/**'],
  'prom-client': ['src/stream/**'],
  'node:child_process': ['src/pipeline/**', 'src/cli/**'],
  'node:worker_threads': [
    'src/pipeline/look-thread-worker.ts',
    'src/pipeline/look-thread-entry.ts',
    'src/pipeline/look-thread.ts',
  ],
  pino: ['src/cli/**'],
  'pino-pretty': ['src/cli/**'],
  commander: ['src/cli/**'],
  zod: ['src/config/**'],
  '@tensorflow/tfjs-core': ['src/train/**'],
  '@tensorflow/tfjs-backend-wasm': ['src/train/backends/**'],
  '@tensorflow/tfjs-backend-webgpu': ['src/train/backends/**'],
  '@tensorflow/tfjs-node': ['src/train/backends/**'],
  '@tensorflow/tfjs-node-gpu': ['src/train/backends/**'],
  webgpu: ['src/train/backends/**'],
  protobufjs: ['src/train/export/**'],
};

const zones = Object.entries(folders).map(([folder, allowed]) => ({
  target: `./src/${folder}`,
  from: './src',
  except: [folder, ...allowed].map((name) => `./${name}`),
  message: `src/${folder} may import ${allowed.length > 0 ? allowed.join(', ') : 'nothing'} of ours; see ARCHITECTURE.md`,
}));

/** Restricts a set of files to the packages they may import; later blocks replace earlier ones, so each lists what it forbids. */
function forbid(files, allowedPackages) {
  const forbidden = Object.keys(packages).filter((name) => !allowedPackages.includes(name));
  return {
    files,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: forbidden.map((name) => ({
            name,
            message: `only ${packages[name].join(' and ')} may import ${name}`,
          })),
          patterns: forbidden.map((name) => ({ group: [`${name}/*`] })),
        },
      ],
    },
  };
}

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'src/image/kernels/**', 'docs/**'] },
  eslint.configs.recommended,
  {
    files: ['src/**/*.ts', 'web-viewer/**/*.ts', 'test/**/*.ts', '*.config.ts'],
    extends: [tseslint.configs.strictTypeChecked, importX.flatConfigs.typescript],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: ['tsconfig.tests.json'] })] },
    languageOptions: { parserOptions: { project: ['./tsconfig.tests.json', './web-viewer/tsconfig.json'] } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'import-x/no-cycle': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: { 'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }] },
  },
  forbid(['src/**/*.ts'], []),
  ...Object.entries(
    Object.entries(packages).reduce((byFile, [name, files]) => {
      for (const file of files) (byFile[file] ??= []).push(name);
      return byFile;
    }, {}),
  ).map(([file, names]) => forbid([file], names)),
  forbid(['src/stream/av-*.ts'], ['node-av', 'ws', 'fastify', 'prom-client']),
  forbid(
    ['src/train/backends/**'],
    Object.keys(packages).filter(
      (name) => packages[name].includes('src/train/backends/**') || name === '@tensorflow/tfjs-core',
    ),
  ),
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  {
    files: ['scripts/**', 'bench/**', '*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        performance: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        AbortController: 'readonly',
        WebSocket: 'readonly',
      },
    },
  },
);
