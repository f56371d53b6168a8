import { isImagePath } from '../../image/image-extensions.js';
import { listNames } from '../../ingest/image-list.js';
import { counted } from './counted.js';
import { folderOf, isVideoPath } from './dataset-path.js';
import { verdictOfContent, verdictOfFormat, type ContentVerdict } from './label-image-content.js';
import type { DatasetTree } from './layout.js';
import { groupBy } from './pair-labels.js';
import { bareStem, nameJudge } from './path-words.js';

/** The files of a set by what they are; paths in the order of the tree. */
export interface SortedFiles {
  /** Images that become night. */
  readonly images: readonly string[];
  /** Masks, depth, flow and the like, which are copied. */
  readonly labelImages: readonly string[];
  readonly videos: readonly string[];
  readonly others: readonly string[];
  /** What was recognised by content, not by names. */
  readonly notices: readonly string[];
}

/** Images of a folder that are read to judge all of it. */
const SAMPLES = 8;

/** A tree is sorted once, though detection and plan both ask. */
const sortedByTree = new WeakMap<DatasetTree, Promise<SortedFiles>>();

/**
 * Sorts the files of a tree. Label images are recognised by names (`gtFine`, `masks`, `X_labelIds.png`), else by their pixels: of a folder
 * with one kind of name, eight are read, and all of it where they differ.
 */
export function sortFiles(tree: DatasetTree): Promise<SortedFiles> {
  const known = sortedByTree.get(tree);
  if (known) return known;
  const sorted = sort(tree);
  sortedByTree.set(tree, sorted);
  return sorted;
}

async function sort(tree: DatasetTree): Promise<SortedFiles> {
  const paths = tree.files.map(({ path }) => path);
  const verdictOfName = nameJudge();
  const isLabelImage = new Set<string>();
  const undecided: string[] = [];
  for (const path of paths.filter(isImagePath)) {
    const byName = verdictOfName(path);
    const verdict = byName === 'doubtful' || byName === undefined ? verdictOfFormat(path) : byName;
    if (verdict === undefined) undecided.push(path);
    else if (verdict === 'labelImage') isLabelImage.add(path);
  }
  const byContent: string[] = [];
  for (const group of groupBy(undecided, kindOfName).values()) byContent.push(...(await labelImagesOf(tree, group)));
  for (const path of byContent) isLabelImage.add(path);
  const images = paths.filter((path) => isImagePath(path) && !isLabelImage.has(path));
  const videos = paths.filter((path) => isVideoPath(path));
  return {
    images,
    videos,
    labelImages: paths.filter((path) => isLabelImage.has(path)),
    others: paths.filter((path) => !isImagePath(path) && !isVideoPath(path)),
    notices:
      byContent.length === 0
        ? []
        : [
            `${counted(byContent.length, 'label image')} by flat areas and few values, copied as ${byContent.length === 1 ? 'it is' : 'they are'}: ${listNames(byContent)}`,
          ],
  };
}

/** Folder, format and the word at the end of the name that says what a file is: images alike in these are of one kind. */
function kindOfName(path: string): string {
  const bare = bareStem(path);
  return [folderOf(path), path.slice(path.lastIndexOf('/') + 1).replace(bare, '')].join('\n');
}

async function labelImagesOf(tree: DatasetTree, paths: readonly string[]): Promise<readonly string[]> {
  const judge = (path: string): Promise<ContentVerdict> => verdictOfContent(tree.store, path);
  const sampled = new Map<string, ContentVerdict>();
  for (const path of spread(paths, SAMPLES)) sampled.set(path, await judge(path));
  const kinds = new Set([...sampled.values()].filter((verdict) => verdict !== 'unsure'));
  if (kinds.size < 2) return kinds.has('labelImage') ? paths : [];
  const labelImages: string[] = [];
  for (const path of paths) {
    if ((sampled.get(path) ?? (await judge(path))) === 'labelImage') labelImages.push(path);
  }
  return labelImages;
}

/** At most `count` values, evenly spread over a list, its ends included. */
export function spread<T>(values: readonly T[], count: number): T[] {
  if (values.length <= count) return [...values];
  const step = (values.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, i) => values[Math.round(i * step)]).filter((value) => value !== undefined);
}
