import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isImagePath } from '../image/image-extensions.js';

/** The pictures that an input stands for. */
export interface ImageList {
  /** Paths, in their order. */
  readonly paths: readonly string[];
  /** Names of the folder's other files, which are left alone; hidden ones and folders are not named. */
  readonly others: readonly string[];
}

/** Most names that a notice tells; the rest is counted. */
const MAX_NAMED = 10;

/** The pictures in a folder, hidden ones left out, as a person would sort them: 2 before 10. */
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

/** What users are told of a folder's files that are no pictures: one line, or none. */
export function otherFilesNotices({ others }: ImageList): string[] {
  if (others.length === 0) return [];
  const what = others.length === 1 ? 'file that is no picture was' : 'files that are no pictures were';
  return [`${others.length} ${what} left alone: ${listNames(others)}`];
}

/** What users are told of pictures that were skipped: one line, or none. @param count all of them; `names` may hold fewer. */
export function skippedNotices(names: readonly string[], count = names.length): string[] {
  if (names.length === 0) return [];
  const what = count === 1 ? 'picture that could not be read was' : 'pictures that could not be read were';
  return [`${count} ${what} skipped: ${listNames(names, count)}`];
}

/** The first names and how many more there are. @param count all of them; `names` may hold fewer. */
export function listNames(names: readonly string[], count = names.length): string {
  const named = names.slice(0, MAX_NAMED);
  const left = count - named.length;
  return left > 0 ? `${named.join(', ')} and ${left} more` : named.join(', ');
}
