import type { Item } from '../dataset.js';
import { sha256 } from '../store/local-store.js';
import type { Store } from '../store/store.js';
import { readDay, type DayImage } from './day-image.js';
import { settle, type Settled } from './in-flight.js';

/** An item that was read, or why it could not be. */
export interface ReadItem {
  /** `performance.now()` when reading began. */
  readonly startedMs: number;
  /** Of the source's bytes; empty where they could not be read. */
  readonly sourceSha256: string;
  readonly day: Settled<DayImage>;
}

/** Reads the image of an item. Never rejects. */
export async function readItem(input: Store, { source }: Item): Promise<ReadItem> {
  const startedMs = performance.now();
  const bytes = await settle(input.read(source));
  if ('error' in bytes) return { startedMs, sourceSha256: '', day: bytes };
  return { startedMs, sourceSha256: sha256(bytes.value), day: await settle(readDay(bytes.value, source)) };
}

/** Closes the frame of an item that nobody renders. */
export function releaseItem({ day }: ReadItem): void {
  if ('value' in day) day.value.frame.close();
}
