import { posix } from 'node:path';
import { extensionOf } from '../../image/image-extensions.js';
import type { FileCopy, Item } from '../dataset.js';
import { folderOf, nameOf, withExtension } from './dataset-path.js';

/** Extensions of text files that may list images by name: one or more on a line. */
const LISTS = ['.txt', '.csv', '.tsv', '.lst', '.list'];

/** Whether a file may list images by name. */
export function isNameList(path: string): boolean {
  return LISTS.includes(extensionOf(path));
}

/**
 * A list of images for a night set: names of images whose format changes get their new extension, with or without their folders.
 * Everything else stays, byte for byte.
 */
export function rewriteList(copy: FileCopy, bytes: Uint8Array, items: readonly Item[]): Promise<Uint8Array> {
  return Promise.resolve(isNameList(copy.path) ? withNewNames(bytes, items) : bytes);
}

/** Text with the new names of items in place of their old ones. Returns the same bytes where it names none. */
export function withNewNames(bytes: Uint8Array, items: readonly Item[]): Uint8Array {
  const renamed = new Map<string, Item[]>();
  for (const item of items) {
    if (item.output === item.source) continue;
    renamed.set(nameOf(item.source), [...(renamed.get(nameOf(item.source)) ?? []), item]);
  }
  if (renamed.size === 0) return bytes;
  // Latin-1 keeps every byte of a text in whatever encoding; names are compared as UTF-8.
  const text = Buffer.from(bytes).toString('latin1');
  const changed = text.replaceAll(/[^\s,;"']+/g, (word) => {
    const name = Buffer.from(word, 'latin1').toString('utf8');
    const item = itemNamed(name, renamed.get(nameOf(name)) ?? []);
    return item ? newName(word, item) : word;
  });
  return changed === text ? bytes : Buffer.from(changed, 'latin1');
}

/** A name as it is written in a label, with the extension of the item's output. */
export function newName(name: string, item: Item): string {
  if (item.output.startsWith(item.source)) return name + item.output.slice(item.source.length); // `a.bmp.png`, beside an `a.png`
  return withExtension(name, posix.extname(item.output));
}

/** The item that a name means: the one whose folders end as the name's do. */
function itemNamed(name: string, items: readonly Item[]): Item | undefined {
  const folder = folderOf(name.replaceAll('\\', '/')).replace(/^(?:\.{0,2}\/)+/, '');
  const fitting = items.filter(({ source }) => {
    const own = folderOf(source);
    return folder === '' || own === folder || own.endsWith(`/${folder}`) || folder.endsWith(`/${own}`) || own === '';
  });
  return fitting[0];
}
