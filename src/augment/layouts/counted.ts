import { listNames } from '../../ingest/image-list.js';

/** A count with its noun: `1 image`, `2 images`. @param many the plural, where it is not `one` with an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A line that counts and names files, or none: `1 label without image: a.txt`. @param many the plural, as for {@link counted}. */
export function countedNotice(names: readonly string[], one: string, many?: string): string[] {
  return names.length === 0 ? [] : [`${counted(names.length, one, many)}: ${listNames(names)}`];
}
