// The import table of scripts/import-table.mjs as rules of dependency-cruiser; type-only imports count as imports.
import { MODULES, PARTS } from './scripts/import-table.mjs';

/** A regular expression that matches a folder's files, or the one file. */
const pattern = (path) => `^${path.replaceAll('.', '[.]')}${/[.]\w+$/.test(path) ? '$' : '/'}`;
/** The same for files of a folder: names that may hold `*`; none: all of it. */
const filePatterns = (folder, files) =>
  files.length === 0
    ? [pattern(folder)]
    : files.map((file) => `^${folder}/${file.replaceAll('.', '[.]').replaceAll('*', '[^/]*')}$`);

const OURS = '^(src|web-viewer)/';

const moduleRules = Object.entries(MODULES).map(([module, { imports }]) => ({
  name: `${module} imports only what the table allows`,
  comment: `${module} may import ${imports.join(', ') || 'nothing'} of ours: scripts/import-table.mjs`,
  severity: 'error',
  from: { path: pattern(module) },
  to: { path: OURS, pathNot: [module, ...imports].map(pattern) },
}));

const partRules = PARTS.map(({ from, not }) => ({
  name: `${from} does not import ${not.join(' or ')}`,
  comment: 'what they share are the messages and settings beside them',
  severity: 'error',
  from: { path: pattern(from) },
  to: { path: not.map(pattern) },
}));

const packages = new Map();
for (const [module, { packages: owned = {} }] of Object.entries(MODULES)) {
  for (const [name, files] of Object.entries(owned)) {
    packages.set(name, [...(packages.get(name) ?? []), ...filePatterns(module, files)]);
  }
}
const packageRules = [...packages].map(([name, files]) => ({
  name: `${name} has its place`,
  comment: `only the files that scripts/import-table.mjs names may import ${name}`,
  severity: 'error',
  from: { path: OURS, pathNot: files },
  to: { path: `(^|node_modules/)${name.replace('node:', '')}(/|$)`, pathNot: OURS },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...moduleRules,
    ...partRules,
    ...packageRules,
    {
      name: 'every module has a row',
      comment: 'add the new folder to scripts/import-table.mjs',
      severity: 'error',
      from: { path: OURS, pathNot: Object.keys(MODULES).map(pattern) },
      to: {},
    },
    { name: 'no circle', comment: 'types count', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: OURS },
      to: { couldNotResolve: true, pathNot: '^(webgpu|@tensorflow/tfjs-node(-gpu)?)$' }, // optional peers
    },
  ],
  options: {
    tsPreCompilationDeps: true, // type-only imports too
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/image/kernels/' }, // AssemblyScript
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
