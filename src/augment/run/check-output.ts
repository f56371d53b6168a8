import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import { outputFailure } from '../../output/output-error.js';
import { LocalStore } from '../store/local-store.js';
import type { Store } from '../store/store.js';

/**
 * Checks that an output is neither its input, nor inside it, nor around it, also by links: a run never writes to what it reads. Rejects with
 * NocturneError OUTPUT_IS_INPUT.
 */
export async function checkApart(input: Store, output: Store): Promise<void> {
  if (input instanceof LocalStore !== output instanceof LocalStore) return;
  const [from, to] = await Promise.all([input, output].map(placeOf));
  if (from === undefined || to === undefined || (!to.startsWith(from) && !from.startsWith(to))) return;
  const message =
    to === from
      ? `The output ${output.label} is the input.`
      : to.startsWith(from)
        ? `The output ${output.label} is inside the input ${input.label}.`
        : `The input ${input.label} is inside the output ${output.label}.`;
  throw new NocturneError({ code: 'OUTPUT_IS_INPUT', stage: 'output', message });
}

/** Where a tree is, with links resolved and a slash at its end. */
async function placeOf(store: Store): Promise<string> {
  const place = store instanceof LocalStore ? await realPathOf(store.root) : store.label;
  return place.endsWith(sep) ? place : place + (store instanceof LocalStore ? sep : '/');
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
