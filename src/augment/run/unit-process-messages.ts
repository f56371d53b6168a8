import type { SerializedError } from '../../core/errors.js';
import type { LogLine } from '../../core/logger.js';
import type { Unit } from '../dataset.js';
import type { ItemRow } from '../unit/item-row.js';
import type { UnitSettings } from '../unit/unit-settings.js';

/** Where a process reads and writes, and how. Plain data. */
export interface UnitProcessJob {
  /** Roots of input and output, as `openStore` takes them. */
  readonly input: string;
  readonly output: string;
  readonly settings: UnitSettings;
}

/** Main process to unit process. */
export type ToUnitProcess =
  /** First, once. */
  | { readonly type: 'open'; readonly job: UnitProcessJob }
  /** Only after `opened`, and after the `end` of the unit before. @see doneKey for `done`. */
  | { readonly type: 'unit'; readonly unit: Unit; readonly done: readonly string[] }
  /** One `row` was stored: there is room for another. */
  | { readonly type: 'taken' }
  | { readonly type: 'stop' };

/** Unit process to main process. */
export type FromUnitProcess =
  | { readonly type: 'opened' }
  | { readonly type: 'row'; readonly row: ItemRow }
  /** The unit is done. */
  | { readonly type: 'end' }
  /** The process ends: it could not open, the unit failed as a whole, or it was stopped. */
  | { readonly type: 'failed'; readonly error: SerializedError }
  /** Once a second. @property cpuMs CPU time since the last one, milliseconds. */
  | { readonly type: 'alive'; readonly cpuMs: number }
  | ({ readonly type: 'log' } & LogLine);

/** Rows that a process sends before the first of them is taken. */
export const MAX_WAITING_ROWS = 32;

/** Names one variant of one item. */
export function doneKey(item: string, variant: number): string {
  return `${variant}:${item}`;
}
