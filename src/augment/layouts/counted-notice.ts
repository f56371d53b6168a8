import { listNames } from '../../ingest/image-list.js';

/** A line that counts and names files, or none. @param what after the count: `images without a label`. */
export function countedNotice(names: readonly string[], what: string): string[] {
  return names.length === 0 ? [] : [`${names.length} ${what}: ${listNames(names)}`];
}
