import { NocturneError } from '../../core/errors.js';
import { BddFile } from './bdd100k-file.js';
import { jsonPaths } from './coco-listing.js';
import { nameOf, stemOf } from './dataset-path.js';
import { JsonText } from './json-text.js';
import type { DatasetTree } from './layout.js';
import { saysNight } from './night-word.js';

/** Label files that are read at once, and their bytes: a larger file is read alone. */
const READ_AT_ONCE = 32;
const BYTES_AT_ONCE = 64 * 2 ** 20;

/** What the label files of BDD100K say; images by {@link bddName}. */
export interface BddListing {
  /** Label files, and whether each states a time of day. */
  readonly labels: ReadonlyMap<string, { readonly hasTimeOfDay: boolean }>;
  /** Those of one image alone. */
  readonly own: ReadonlySet<string>;
  /** Every image that is listed. */
  readonly listed: ReadonlySet<string>;
  /** Images whose time of day is night. */
  readonly nights: ReadonlySet<string>;
  /** One line for each file that is not JSON. */
  readonly notices: readonly string[];
}

/** How BDD100K calls an image, whatever its folder and extension: `b1c66a42-6f7d68ca`. */
export function bddName(path: string): string {
  return /\.(?:jpe?g|png|json|mov|mp4)$/i.test(path) ? stemOf(path) : nameOf(path);
}

/** The video of a frame: `b1c66a42-6f7d68ca` of `b1c66a42-6f7d68ca-0000012`; undefined for another image. */
export function bddVideo(name: string): { readonly video: string; readonly frame: number } | undefined {
  const [, video, frame] = /^(.+)-(\d{7})$/.exec(name) ?? [];
  return video === undefined ? undefined : { video, frame: Number(frame) };
}

/** Reads a JSON file; undefined where it is none of BDD100K. Throws NocturneError where it cannot be read or is no JSON. */
export async function readBddFile({ store }: DatasetTree, path: string): Promise<BddFile | undefined> {
  return BddFile.of(new JsonText(await store.read(path), path));
}

/** Reads every label file of a set. A file that is not JSON is named in the notices. */
export async function readBddListing(tree: DatasetTree): Promise<BddListing> {
  const listing = {
    ...{ labels: new Map<string, { hasTimeOfDay: boolean }>(), own: new Set<string>() },
    ...{ listed: new Set<string>(), nights: new Set<string>(), notices: [] as string[] },
  };
  const readOne = async (path: string): Promise<void> => {
    try {
      const file = await readBddFile(tree, path);
      if (file) addFile(listing, file, path);
    } catch (error) {
      if (!(error instanceof NocturneError) || !error.code.startsWith('INPUT_')) throw error;
      listing.notices.push(`${error.message} It is copied as it is.`);
    }
  };
  for (const batch of batchesOf(tree)) await Promise.all(batch.map(readOne));
  listing.notices.sort();
  return listing;
}

/** The JSON files of a set, as many in a batch as are read at once. */
function batchesOf(tree: DatasetTree): string[][] {
  const sizes = new Map(tree.files.map(({ path, bytes }) => [path, bytes]));
  const batches: string[][] = [];
  let left = 0;
  for (const path of jsonPaths(tree)) {
    const bytes = sizes.get(path) ?? 0;
    const batch = batches.at(-1);
    if (batch && bytes <= left && batch.length < READ_AT_ONCE) batch.push(path);
    else {
      batches.push([path]);
      left = BYTES_AT_ONCE;
    }
    left -= bytes;
  }
  return batches;
}

function addFile(
  { labels, own, listed, nights }: { readonly [K in keyof BddListing]: Mutable<BddListing[K]> },
  file: BddFile,
  path: string,
): void {
  let hasTimeOfDay = false;
  for (const record of file.records()) {
    const name = bddName(record.name);
    listed.add(name);
    if (file.isOfOneImage) own.add(path);
    if (record.timeOfDay === undefined) continue;
    hasTimeOfDay = true;
    if (saysNight(record.timeOfDay)) nights.add(name);
  }
  labels.set(path, { hasTimeOfDay });
}

type Mutable<T> = T extends ReadonlyMap<infer K, infer V> ? Map<K, V> : T extends ReadonlySet<infer V> ? Set<V> : T;
