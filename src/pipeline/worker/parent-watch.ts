import { Worker } from 'node:worker_threads';

/** What the thread needs: a few MiB. */
const MEMORY = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8 } as const;

/** What the thread of {@link watchParent} is given. */
export interface ParentWatchData {
  readonly parentId: number;
}

/**
 * Lets this process die with its parent: a thread of its own kills it soon after the parent is gone, also when every other
 * thread hangs. A process whose main thread runs learns of the end sooner, by its channel, and has the time to close.
 */
export function watchParent(): void {
  const entry = new URL('parent-watch-thread.js', import.meta.url);
  const workerData = { parentId: process.ppid } satisfies ParentWatchData;
  new Worker(entry, { workerData, resourceLimits: MEMORY }).unref();
}
