import { z } from 'zod';
import type { Store } from '../store/store.js';
import { variantFolder } from '../unit/output-paths.js';
import { holdsFiles } from './check-output.js';
import type { RowOrder } from './row-order.js';

/** Which nights a run leaves as it found them, so that a later command leaves the same ones. */
const SKIPPED = 'nocturne/skipped.json';

/** Finds the nights that an output has before a run starts, and remembers them beside the run. Rejects with NocturneError OUTPUT_. */
export async function skipExisting(output: Store, order: RowOrder): Promise<ReadonlySet<number>> {
  const skipped = new Set<number>();
  if (!(await holdsFiles(output))) return skipped; // a folder that is not there cannot be listed
  const files = new Set((await output.list()).files.map(({ path }) => path));
  for (let position = 0; position < order.size; position++) {
    const { item, variant } = order.at(position);
    if (files.has(variantFolder(order, variant) + item.output)) skipped.add(position);
  }
  await output.write(SKIPPED, Buffer.from(`${JSON.stringify([...skipped])}\n`));
  return skipped;
}

/** Those of a run that is continued; none where it skips none. Rejects with NocturneError INPUT_. */
export async function readSkipped(output: Store): Promise<ReadonlySet<number>> {
  if ((await output.size(SKIPPED)) === undefined) return new Set();
  const values: unknown = JSON.parse(Buffer.from(await output.read(SKIPPED)).toString());
  return new Set(z.array(z.int()).parse(values));
}

/** Forgets them. */
export async function removeSkipped(output: Store): Promise<void> {
  await output.remove(SKIPPED);
}
