import { NocturneError } from '../../core/errors.js';
import type { DatasetTree } from './layout.js';

/**
 * The bytes of one label among many, by which a layout is recognised; undefined where this user may not read it. Rejects as `Store.read` does
 * for every other reason.
 */
export async function readIfAllowed({ store }: DatasetTree, path: string): Promise<Uint8Array | undefined> {
  try {
    return await store.read(path);
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'INPUT_NO_PERMISSION') return undefined;
    throw error;
  }
}
