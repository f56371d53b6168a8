import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { naturalOrder } from '../core/natural-order.js';
import { isImagePath } from '../image/image-extensions.js';
import { imageSignature } from '../image/image-kind.js';

/** The images of an input: a folder's, or a single one. */
export interface ImageList {
  /** Paths, in playback order. */
  readonly paths: readonly string[];
  /** Names of the folder's other files, which are ignored; without hidden ones. */
  readonly others: readonly string[];
  /** Names of the folder's own folders, which are not searched; without hidden ones. */
  readonly folders: readonly string[];
}

/** Names listed in a notice; the rest is only counted. */
const MAX_LISTED_NAMES = 10;

/** Lists the images in a folder, by name or else by content, without hidden files, in natural order: 2 before 10. */
export async function listImages(folder: string): Promise<ImageList> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  const namesOf = (isWanted: (entry: Dirent) => boolean): string[] => inOrder(entries.filter(isWanted));
  const files = namesOf((entry) => !entry.isDirectory());
  const isImage = (name: string): boolean => isImagePath(name) || imageSignature(join(folder, name)) !== undefined;
  const images = new Set(files.filter(isImage));
  return {
    paths: [...images].map((name) => join(folder, name)),
    others: files.filter((name) => !images.has(name)),
    folders: namesOf((entry) => entry.isDirectory()),
  };
}

function inOrder(entries: readonly Dirent[]): string[] {
  return entries.map(({ name }) => name).sort(naturalOrder());
}

/** Notices about what a folder holds beside its images: one line for other files, one for folders, or none. */
export function ignoredNotices({ others, folders }: ImageList): string[] {
  const file = others.length === 1 ? 'file that is not an image' : 'files that are not images';
  const folder = folders.length === 1 ? 'folder, whose images are not read' : 'folders, whose images are not read';
  return [
    ...(others.length === 0 ? [] : [`ignored ${others.length} ${file}: ${listNames(others)}`]),
    ...(folders.length === 0 ? [] : [`ignored ${folders.length} ${folder}: ${listNames(folders)}`]),
  ];
}

/** What reading changed in images: each change with the names of its images. */
export class ImageChanges {
  readonly #imagesByChange = new Map<string, { count: number; readonly names: string[] }>();
  readonly #isSingle: boolean;

  /** @param isSingle true for one image, which needs no name. */
  constructor(isSingle: boolean) {
    this.#isSingle = isSingle;
  }

  /** One line for each change. */
  get notices(): string[] {
    if (this.#isSingle) return [...this.#imagesByChange.keys()];
    return [...this.#imagesByChange].map(([change, { names, count }]) => `${change}: ${listNames(names, count)}`);
  }

  /** Adds the changes of one image. Returns true when there are any. */
  add(path: string, changes: readonly string[]): boolean {
    for (const change of changes) {
      const images = this.#imagesByChange.get(change) ?? { count: 0, names: [] };
      if (images.count++ < MAX_LISTED_NAMES) images.names.push(basename(path));
      this.#imagesByChange.set(change, images);
    }
    return changes.length > 0;
  }
}

/** Notice about skipped images: one line, or none. @param count of all skipped images; `names` may hold fewer. */
export function skippedNotices(names: readonly string[], count = names.length): string[] {
  if (names.length === 0) return [];
  const what = count === 1 ? 'unreadable image' : 'unreadable images';
  return [`skipped ${count} ${what}: ${listNames(names, count)}`];
}

/** The first names and how many more there are. @param count of all names; `names` may hold fewer. */
export function listNames(names: readonly string[], count = names.length): string {
  const listed = names.slice(0, MAX_LISTED_NAMES);
  const more = count - listed.length;
  return more > 0 ? `${listed.join(', ')} and ${more} more` : listed.join(', ');
}
