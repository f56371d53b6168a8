import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isImagePath } from '../image/image-extensions.js';

/** The images of an input: a folder's, or a single one. */
export interface ImageList {
  /** Paths, in playback order. */
  readonly paths: readonly string[];
  /** Names of the folder's other files, which are ignored; without hidden files and folders. */
  readonly others: readonly string[];
}

/** Names listed in a notice; the rest is only counted. */
const MAX_LISTED_NAMES = 10;

/** Lists the images in a folder, without hidden files, in natural order: 2 before 10. */
export async function listImages(folder: string): Promise<ImageList> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  const order = new Intl.Collator('en', { numeric: true });
  names.sort((a, b) => order.compare(a, b) || (a < b ? -1 : 1));
  return {
    paths: names.filter(isImagePath).map((name) => join(folder, name)),
    others: names.filter((name) => !isImagePath(name)),
  };
}

/** Notice about a folder's files that are not images: one line, or none. */
export function otherFilesNotices({ others }: ImageList): string[] {
  if (others.length === 0) return [];
  const what = others.length === 1 ? 'file that is not an image' : 'files that are not images';
  return [`ignored ${others.length} ${what}: ${listNames(others)}`];
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
