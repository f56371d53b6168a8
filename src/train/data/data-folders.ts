import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import { readImageFolder, type ImageFolder } from './image-folder.js';

/** Where the pictures are: a folder laid out as CycleGAN's, or the two domains by themselves. */
export type DataLocation = { readonly root: string } | { readonly a: string; readonly b: string };

/** The folders of a training. */
export interface DataFolders {
  /** Day: `trainA`. */
  readonly a: ImageFolder;
  /** Night: `trainB`. */
  readonly b: ImageFolder;
  /** Whether every file is a pair, A its left half and B its right one: pix2pix's `train`; `a` and `b` are one folder then. */
  readonly isSideBySide: boolean;
  /** `testA`, where there is one with pictures. Training never looks at it. */
  readonly testA?: ImageFolder;
  readonly testB?: ImageFolder;
}

/**
 * Lists the pictures. Throws NocturneError as {@link readImageFolder} does, and INPUT_NOT_FOUND when the root holds
 * neither `trainA` and `trainB` nor `train`.
 */
export async function readDataFolders(location: DataLocation): Promise<DataFolders> {
  if (!('root' in location)) {
    const a = await readImageFolder(location.a);
    return { a, b: await readImageFolder(location.b), isSideBySide: false };
  }
  const { root } = location;
  if (!(await isFolder(root))) await readImageFolder(root); // says what is wrong with it
  const hasA = await isFolder(join(root, 'trainA'));
  const hasB = await isFolder(join(root, 'trainB'));
  if (!hasA && !hasB && (await isFolder(join(root, 'train')))) {
    const pairs = await readImageFolder(join(root, 'train'));
    return { a: pairs, b: pairs, isSideBySide: true };
  }
  if (!hasA || !hasB) throw missing(root, hasA ? ['trainB'] : hasB ? ['trainA'] : ['trainA', 'trainB']);
  return {
    a: await readImageFolder(join(root, 'trainA')),
    b: await readImageFolder(join(root, 'trainB')),
    isSideBySide: false,
    ...(await testFolder(root, 'testA')),
    ...(await testFolder(root, 'testB')),
  };
}

async function testFolder(root: string, name: 'testA' | 'testB'): Promise<Partial<Record<typeof name, ImageFolder>>> {
  if (!(await isFolder(join(root, name)))) return {};
  try {
    return { [name]: await readImageFolder(join(root, name)) };
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'INPUT_NOT_VIDEO') return {};
    throw error;
  }
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
    message: `${root} holds no folder ${names.join(' and no ')}.`,
    remedy: 'Training wants day pictures in trainA and night pictures in trainB, or pairs side by side in train.',
  });
}
