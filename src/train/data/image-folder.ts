import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import { isReadAsRgb } from '../../image/image-extensions.js';

/** An image file of a training folder. */
export interface ImageEntry {
  readonly path: string;
  /** Path within the folder, with `/` as separator: `luchko__012.jpg`. */
  readonly name: string;
  /** Where the image comes from; see {@link sourceOf}. */
  readonly source: string;
}

/**
 * Lists the images of a folder and its subfolders, without hidden files; sorted by name, in the same order on every machine.
 * Throws NocturneError INPUT_NOT_FOUND, INPUT_NO_PERMISSION, or INPUT_NOT_VIDEO where there is no image.
 */
export async function listImages(folder: string): Promise<readonly ImageEntry[]> {
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
      message: `the folder ${folder} holds no images.`,
      remedy: 'Put JPEG, PNG, WebP, TIFF or AVIF images into it.',
    });
  }
  return entries;
}

/**
 * The source of an image, by its name: the part before `__` (`luchko__012.jpg` is from `luchko`), else the subfolder of the
 * training folder (`luchko/012.jpg`), else `unnamed`.
 */
export function sourceOf(name: string): string {
  const parts = name.split('/');
  const [before, after] = (parts.at(-1) ?? '').split('__', 2);
  if (before && after !== undefined) return before;
  return parts.length > 1 ? (parts[0] ?? '') : 'unnamed';
}

/** The name of an image without its extension: what the two images of a pair have in common. */
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
    const message = `no permission to read the folder ${folder}.`;
    return new NocturneError({ code: 'INPUT_NO_PERMISSION', stage: 'ingest', message, cause });
  }
  const message = reason === 'ENOTDIR' ? `${folder} is not a folder.` : `folder ${folder} not found.`;
  return new NocturneError({ code: 'INPUT_NOT_FOUND', stage: 'ingest', message, cause });
}
