import type { LogLine } from '../core/logger.js';

/** What a generator process serves, and where. */
export interface GeneratorJob {
  /** Path of a Unix domain socket in a private folder, or name of a Windows pipe. */
  readonly address: string;
  /** The private folder of the socket, which the process removes when its parent is gone; undefined on Windows. */
  readonly folder: string | undefined;
  /** The secret of each connection. */
  readonly key: string;
  /** Most requests of a network that run together; undefined: what suits its device. */
  readonly batch: number | undefined;
}

/** Main process to generator process. */
export type ToGenerator =
  /** First, once. */
  { readonly type: 'job'; readonly job: GeneratorJob } | { readonly type: 'stop' };

/** Generator process to main process. */
export type FromGenerator =
  /** First, and then once a second: its main thread runs. */
  { readonly type: 'alive' } | ({ readonly type: 'log' } & LogLine);
