import { posix } from 'node:path';
import { extensionOf } from '../../image/image-extensions.js';
import type { Item } from '../dataset.js';
import { folderOf, nameOf, withExtension } from './dataset-path.js';
import { groupBy } from './pair-labels.js';

/** Extensions of text files that may list images by name, one or more on a line. */
const LISTS = ['.txt', '.csv', '.tsv', '.lst', '.list', '.json', '.jsonl'];
/** Extensions of labels of one image that may name it; those of text only hold numbers. */
const NAMING = ['.json', '.yaml', '.yml', '.xml', '.csv'];

/** Whether a file may list images by name. */
export function isNameList(path: string): boolean {
  return LISTS.includes(extensionOf(path));
}

/** Whether the label of one image may name it. */
export function isNamingLabel(path: string): boolean {
  return NAMING.includes(extensionOf(path));
}

/** Whether a file may name images at all. */
export function mayName(path: string): boolean {
  return isNameList(path) || isNamingLabel(path);
}

/** Text with the new names of items, with or without their folders, in place of their old ones. Returns the same bytes where it names none. */
export function withNewNames(bytes: Uint8Array, items: readonly Item[]): Uint8Array {
  const renamed = renamedByName(items);
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

/** A name as it is written in a label, for the item's output; the same where it has another extension than the item's source. */
export function newName(name: string, { source, output }: Item): string {
  if (extensionOf(nameOf(name.replaceAll('\\', '/'))) !== extensionOf(source)) return name;
  if (output.startsWith(source)) return name + output.slice(source.length); // `a.bmp.png`, beside an `a.png`
  return withExtension(name, posix.extname(output));
}

/** Found once for the items of a set, which may have as many labels. */
const renamedByItems = new WeakMap<readonly Item[], ReadonlyMap<string, readonly Item[]>>();

/** Items whose output has another name than their source, by the last part of that. */
function renamedByName(items: readonly Item[]): ReadonlyMap<string, readonly Item[]> {
  const known = renamedByItems.get(items);
  if (known) return known;
  const renamed = groupBy(
    items.filter(({ source, output }) => source !== output),
    ({ source }) => nameOf(source),
  );
  renamedByItems.set(items, renamed);
  return renamed;
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
