import { extensionOf } from '../../image/image-extensions.js';
import type { FileCopy, Item } from '../dataset.js';
import type { DatasetTree } from './layout.js';
import { mayName, withNewNames } from './name-list.js';
import { nightJson } from './night-json.js';
import { nightYaml } from './night-yaml.js';
import { spread } from './sort-files.js';

/** Labels that are read to judge all. */
const SAMPLES = 64;

/**
 * A label or list for a night set: names of images whose format changes get their new extension, times of day in JSON and YAML become night.
 * Everything else stays, byte for byte. It is the `rewrite` of layouts whose labels have no parser of their own.
 */
export function rewriteLabel({ path }: FileCopy, bytes: Uint8Array, items: readonly Item[]): Promise<Uint8Array> {
  const named = mayName(path) ? withNewNames(bytes, items) : bytes;
  return Promise.resolve(nightLabel(named, path) ?? named);
}

/** Those of some files that name a time of day other than night. Of many, a sample is read: one that does stands for all. */
export async function labelsOfDays({ store }: DatasetTree, paths: readonly string[]): Promise<readonly string[]> {
  const structured = paths.filter(isStructured);
  const sample = spread(structured, SAMPLES);
  const found: string[] = [];
  for (const path of sample) {
    const bytes = await store.read(path).catch(() => undefined); // whoever copies it reports why
    if (bytes && nightLabel(bytes, path)) found.push(path);
  }
  return found.length > 0 && sample.length < structured.length ? structured : found;
}

const isJson = (path: string): boolean => extensionOf(path) === '.json';
const isYaml = (path: string): boolean => ['.yaml', '.yml'].includes(extensionOf(path));
const isStructured = (path: string): boolean => isJson(path) || isYaml(path);

/** A label whose times of day are night; undefined where none is to change. */
function nightLabel(bytes: Uint8Array, path: string): Uint8Array | undefined {
  if (isJson(path)) return nightJson(bytes, path);
  return isYaml(path) ? nightYaml(bytes) : undefined;
}
