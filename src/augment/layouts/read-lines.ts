import type { DatasetTree } from './layout.js';

/** The lines of a text of a set, in UTF-8, without their ends. Rejects as `Store.read` does. */
export async function readLines({ store }: Pick<DatasetTree, 'store'>, path: string): Promise<string[]> {
  return new TextDecoder().decode(await store.read(path)).split(/\r?\n/);
}
