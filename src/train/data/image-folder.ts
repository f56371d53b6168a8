import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import { isReadAsRgb } from '../../image/image-extensions.js';

/** A picture file of a training folder. */
export interface ImageEntry {
  readonly path: string;
  /** Path within the folder, with `/` between: `luchko__012.jpg`. */
  readonly name: string;
  /** Where it comes from: see {@link sourceOf}. */
  readonly source: string;
}

/** A folder's pictures. */
export interface ImageFolder {
  readonly folder: string;
  /** In the order of their names, the same on every machine. */
  readonly entries: readonly ImageEntry[];
  /** Names of files that are no pictures the product reads; hidden ones are not named. */
  readonly others: readonly string[];
}

/**
 * The pictures in a folder and in the folders within it, hidden ones left out.
 * Throws NocturneError INPUT_NOT_FOUND, INPUT_NO_PERMISSION, and INPUT_NOT_VIDEO where there is no picture.
 */
export async function readImageFolder(folder: string): Promise<ImageFolder> {
  const names: string[] = [];
  await collect(folder, '', names);
  names.sort((a, b) => (a < b ? -1 : 1));
  const entries = names
    .filter(isReadAsRgb)
    .map((name) => ({ path: join(folder, ...name.split('/')), name, source: sourceOf(name) }));
  if (entries.length === 0) {
    throw new NocturneError({
      code: 'INPUT_NOT_VIDEO',
      stage: 'ingest',
      message: `the folder ${folder} holds no picture.`,
      remedy: 'Put JPEG, PNG, WebP, TIFF or AVIF pictures into it.',
    });
  }
  return { folder, entries, others: names.filter((name) => !isReadAsRgb(name)) };
}

/**
 * Where a picture comes from, by its name: what stands before `__` (`luchko__012.jpg` is of `luchko`), else the folder
 * within the training folder (`luchko/012.jpg`), else `unnamed`.
 */
export function sourceOf(name: string): string {
  const parts = name.split('/');
  const [before, after] = (parts.at(-1) ?? '').split('__', 2);
  if (before && after !== undefined) return before;
  return parts.length > 1 ? (parts[0] ?? '') : 'unnamed';
}

/** A picture's name without its ending: what pairs have in common. */
export function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}

async function collect(root: string, within: string, names: string[]): Promise<void> {
  const folder = join(root, within);
  const items = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw folderFailure(folder, error);
  });
  for (const item of items) {
    if (item.name.startsWith('.')) continue;
    const name = within === '' ? item.name : `${within}/${item.name}`;
    if (item.isDirectory()) await collect(root, name, names);
    else names.push(name);
  }
}

function folderFailure(folder: string, cause: unknown): NocturneError {
  const reason = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (reason === 'EACCES' || reason === 'EPERM') {
    const message = `may not read the folder ${folder}.`;
    return new NocturneError({ code: 'INPUT_NO_PERMISSION', stage: 'ingest', message, cause });
  }
  const message = reason === 'ENOTDIR' ? `${folder} is no folder.` : `no such folder: ${folder}.`;
  return new NocturneError({ code: 'INPUT_NOT_FOUND', stage: 'ingest', message, cause });
}
