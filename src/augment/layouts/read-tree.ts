import type { Store } from '../store/store.js';
import { counted } from './counted.js';
import type { DatasetTree } from './layout.js';

/** Folder of the output root that holds what Nocturne adds to a set. */
const ADDED_FOLDER = 'nocturne/';

/** Lists a data set. The folder `nocturne/` of its root is left out, with a notice: a night set has its own. Rejects as {@link Store.list} does. */
export async function readTree(store: Store): Promise<DatasetTree> {
  const { files, notices } = await store.list();
  const own = files.filter(({ path }) => !path.startsWith(ADDED_FOLDER));
  const count = files.length - own.length;
  if (count === 0) return { store, files, notices };
  return {
    store,
    files: own,
    notices: [...notices, `left out ${counted(count, 'file')} in ${ADDED_FOLDER}: a night set has its own`],
  };
}
