import { posix } from 'node:path';
import { listNames } from '../../ingest/image-list.js';
import type { FileCopy, Item } from '../dataset.js';
import { isNameList } from '../layouts/name-list.js';
import type { Store } from '../store/store.js';

/** Larger label files are not searched for names: they list images, or nothing would be in them. */
const MAX_SEARCHED_BYTES = 64 * 2 ** 20;
/** Characters that a name of a file goes on with. */
const NAME_CHARACTER = /[\p{L}\p{N}_-]/u;

/** What {@link listingNotice} takes. */
export interface ListingOptions {
  readonly input: Store;
  readonly copies: readonly FileCopy[];
  /** All items of the plan. */
  readonly items: readonly Item[];
  /** Nights that are not in the set, and the sources of some of them. */
  readonly rejected: number;
  readonly failed: number;
  readonly missing: readonly string[];
}

/**
 * Says that label files of many images, such as COCO's, list images that are not in the set: they are copied whole. One line, or none. Rejects
 * with NocturneError INPUT_.
 */
export async function listingNotice(options: ListingOptions): Promise<string[]> {
  const { input, copies, items, rejected, failed, missing } = options;
  if (missing.length === 0) return [];
  const owned = new Set(items.flatMap(({ labels }) => labels));
  const isList = ({ path, role }: FileCopy): boolean =>
    role === 'label' && !owned.has(path) && (/\.json$/i.test(path) || isNameList(path));
  const names = missing.map((source) => posix.basename(source, posix.extname(source)));
  const lists: string[] = [];
  for (const { path } of copies.filter(isList)) if (await namesAny(input, path, names)) lists.push(path);
  if (lists.length === 0) return [];
  const what = [rejected > 0 ? `${rejected} rejected` : '', failed > 0 ? `${failed} failed` : ''].filter(Boolean);
  return [
    `${what.join(' and ')} of the nights are not in the set, and ${listNames(lists)} ${lists.length === 1 ? 'lists' : 'list'} them all the same: ` +
      `leave them out by their verdict in nocturne/manifest.jsonl${rejected > 0 ? ', or keep rejected nights with --rejects keep' : ''}`,
  ];
}

async function namesAny(input: Store, path: string, names: readonly string[]): Promise<boolean> {
  if (((await input.size(path)) ?? 0) > MAX_SEARCHED_BYTES) return true;
  const text = Buffer.from(await input.read(path)).toString();
  return names.some((name) => namesOne(text, name));
}

/** Whether a text has a name that is no part of a longer one. */
function namesOne(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const [before = '', after = ''] = [text[at - 1], text[at + name.length]];
    if (!NAME_CHARACTER.test(before) && !NAME_CHARACTER.test(after)) return true;
  }
  return false;
}
