import { spawnSync } from 'node:child_process';

/** Python with the readers of the field: `NOCTURNE_PYTHON`, else `python3`. */
const PYTHON = process.env['NOCTURNE_PYTHON'] ?? 'python3';

/** Whether Python imports a module; warns where it does not: skip what needs it. */
export function hasPythonModule(name: string): boolean {
  const { status } = spawnSync(PYTHON, ['-c', `import ${name}`]);
  if (status === 0) return true;
  console.warn(`SKIPPED: ${PYTHON} cannot import ${name}; install it, or set NOCTURNE_PYTHON to a Python that has it`);
  return false;
}

/** Runs a script and parses what it prints as JSON. Throws with its errors where it fails. */
export function runPython(script: string, ...args: readonly string[]): unknown {
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', script, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the reader failed: ${stderr}`);
  return JSON.parse(stdout) as unknown;
}
