import type { DatasetTree } from './layout.js';

/** The lines of a text of a set, in UTF-8, without their ends. Rejects as `Store.read` does. */
export async function readLines({ store }: Pick<DatasetTree, 'store'>, path: string): Promise<string[]> {
  return linesOf(await store.read(path));
}

/** The lines of a text in UTF-8, without their ends. */
export function linesOf(bytes: Uint8Array): string[] {
  return new TextDecoder().decode(bytes).split(/\r?\n/);
}
