import { availableParallelism } from 'node:os';
import { NocturneError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';

/** Memory that a stream of 1280x720 takes: its worker's own, and its share of what workers share (measured: 135 to 155 MiB). */
const STREAM_BYTES = 160 * 2 ** 20;

/**
 * Compares the streams to start with the machine. Throws NocturneError OUT_OF_MEMORY when they would not fit its free memory; logs
 * that they share CPU cores.
 */
export function checkCapacity(streams: number, logger: Logger): void {
  const available = process.availableMemory();
  const fitting = Math.floor(available / STREAM_BYTES);
  if (streams > fitting) {
    throw new NocturneError({
      code: 'OUT_OF_MEMORY',
      stage: 'pipeline',
      message: `${streams} streams need about ${megabytes(streams * STREAM_BYTES)}, and ${megabytes(available)} are free.`,
      remedy: `Serve ${fitting < 1 ? 'none' : `${fitting} at most`}, or free some memory.`,
    });
  }
  const cores = availableParallelism();
  if (streams <= cores) return;
  const shared = `${streams} streams share ${cores === 1 ? 'one CPU core' : `${cores} CPU cores`}.`;
  logger.warn({ streams, cores }, `${shared} The log, /api/streams and the page report one that cannot keep its pace.`);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
