import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import { listImages, type ImageEntry } from './image-folder.js';

/** Where the images are: a folder in CycleGAN's layout, or one folder per domain. */
export type DataLocation = { readonly root: string } | { readonly a: string; readonly b: string };

/** The files of both domains. */
export interface DataFolders {
  /** Day: `trainA`. */
  readonly a: readonly ImageEntry[];
  /** Night: `trainB`. */
  readonly b: readonly ImageEntry[];
  /** Whether each file is a pair, A in its left half and B in its right: pix2pix's `train`. `a` and `b` are then the same files. */
  readonly isSideBySide: boolean;
}

/**
 * Lists the images. Throws NocturneError as {@link listImages} does, and INPUT_NOT_FOUND when the root holds neither `trainA`
 * and `trainB` nor `train`.
 */
export async function readDataFolders(location: DataLocation): Promise<DataFolders> {
  if (!('root' in location)) {
    const a = await listImages(location.a);
    return { a, b: await listImages(location.b), isSideBySide: false };
  }
  const { root } = location;
  if (!(await isFolder(root))) await listImages(root); // throws the reason
  const hasA = await isFolder(join(root, 'trainA'));
  const hasB = await isFolder(join(root, 'trainB'));
  if (!hasA && !hasB && (await isFolder(join(root, 'train')))) {
    const pairs = await listImages(join(root, 'train'));
    return { a: pairs, b: pairs, isSideBySide: true };
  }
  if (!hasA || !hasB) throw missing(root, hasA ? ['trainB'] : hasB ? ['trainA'] : ['trainA', 'trainB']);
  return {
    a: await listImages(join(root, 'trainA')),
    b: await listImages(join(root, 'trainB')),
    isSideBySide: false,
  };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function missing(root: string, names: readonly string[]): NocturneError {
  return new NocturneError({
    code: 'INPUT_NOT_FOUND',
    stage: 'ingest',
    message: `${root} holds no folder ${names.join(' and no folder ')}.`,
    remedy: 'Put day images into trainA and night images into trainB, or side-by-side pairs into train.',
  });
}
