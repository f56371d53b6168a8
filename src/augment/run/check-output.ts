import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import { outputFailure } from '../../output/output-error.js';
import { LocalStore } from '../store/local-store.js';
import type { Store } from '../store/store.js';

/** Checks that an output is neither its input nor inside it, also by links. Rejects with NocturneError OUTPUT_IS_INPUT. */
export async function checkApart(input: Store, output: Store): Promise<void> {
  if (!(input instanceof LocalStore) || !(output instanceof LocalStore)) return;
  const from = await realpath(input.root).catch(() => input.root);
  const to = await realPathOf(output.root);
  if (to !== from && !to.startsWith(from.endsWith(sep) ? from : from + sep)) return;
  const where = to === from ? 'is the input' : `is inside the input ${input.label}`;
  throw new NocturneError({
    code: 'OUTPUT_IS_INPUT',
    stage: 'output',
    message: `The output ${output.label} ${where}.`,
  });
}

/** Whether a local output holds anything, hidden files aside. Rejects with NocturneError OUTPUT_ where it is no folder. */
export async function holdsFiles(output: Store): Promise<boolean> {
  if (!(output instanceof LocalStore)) return (await output.list()).files.length > 0;
  const found = await stat(output.root).catch(() => undefined);
  if (!found) return false;
  if (!found.isDirectory()) {
    throw new NocturneError({
      code: 'OUTPUT_FAILED',
      stage: 'output',
      message: `Cannot write ${output.label}: it is not a folder.`,
      remedy: 'Choose another output.',
    });
  }
  try {
    return (await readdir(output.root)).some((name) => !name.startsWith('.'));
  } catch (error) {
    throw outputFailure(output.label, error);
  }
}

/** The path with links resolved, as far as it exists. */
export async function realPathOf(path: string): Promise<string> {
  const whole = resolve(path);
  const real = await realpath(whole).catch(() => undefined);
  if (real !== undefined || dirname(whole) === whole) return real ?? whole;
  return join(await realPathOf(dirname(whole)), basename(whole));
}
