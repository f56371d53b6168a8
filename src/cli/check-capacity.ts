import { availableParallelism, totalmem } from 'node:os';
import { NocturneError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';

/** Memory that a stream of 1280x720 takes (measured: 156 to 189 MiB, the more of them the less). */
const STREAM_BYTES = 160 * 2 ** 20;

/**
 * Compares the streams to start with the machine. Throws NocturneError OUT_OF_MEMORY when several would not fit all its memory, or all
 * that its container may use; logs when they do not fit what is free now, and when they share CPU cores. What is free is no reason to
 * refuse: systems count memory that they would give back, such as cached files, as used.
 */
export function checkCapacity(streams: number, logger: Logger): void {
  const limit = process.constrainedMemory(); // 0, or more than there is: none
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const needed = streams * STREAM_BYTES;
  const fitting = Math.max(1, Math.floor(total / STREAM_BYTES));
  if (streams > fitting) {
    throw new NocturneError({
      code: 'OUT_OF_MEMORY',
      stage: 'pipeline',
      message: `${streams} streams need about ${megabytes(needed)}, and there are ${megabytes(total)}.`,
      remedy: `Serve ${fitting} at most.`,
    });
  }
  const free = process.availableMemory();
  if (needed > free) {
    const [needs, has] = [megabytes(needed), megabytes(free)];
    logger.warn({ streams }, `${streams} streams need about ${needs} of memory, and ${has} are free: serve fewer.`);
  }
  const cores = availableParallelism();
  if (streams <= cores) return;
  const shared = `${streams} streams share ${cores === 1 ? 'one CPU core' : `${cores} CPU cores`}.`;
  logger.warn({ streams, cores }, `${shared} The log, /api/streams and the page report one that cannot keep its pace.`);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
