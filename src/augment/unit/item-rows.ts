import { NocturneError } from '../../core/errors.js';
import type { Item } from '../dataset.js';
import type { ItemRow } from './item-row.js';
import type { ItemNight } from './night-tools.js';

/** What is known of a row before its item is read. */
export type RowStart = Omit<ItemRow, 'milliseconds'> & { readonly startedMs: number };

/** The row of an item before it is read: `failed`, nothing written. @param unit index of its unit. @param startedMs `performance.now()`. */
export function rowStart(
  item: Item,
  unit: number,
  { variant, draw, itemSeed }: ItemNight,
  startedMs: number,
): RowStart {
  return {
    item: item.id,
    variant,
    unit,
    source: item.source,
    sourceSha256: '',
    ...{ output: '', outputSha256: '', outputBytes: 0, width: 0, height: 0 },
    seed: itemSeed,
    draw,
    scores: {},
    verdict: 'failed',
    reason: '',
    losses: [],
    lamps: 0,
    startedMs,
  };
}

/** The row with what became of the item. */
export function rowOf({ startedMs, ...start }: RowStart, outcome: Partial<ItemRow>): ItemRow {
  return { ...start, ...outcome, milliseconds: Math.round(performance.now() - startedMs) };
}

/** Codes of failures that are one item's own: the rest of its unit goes on. */
const ITEM_CODES: readonly string[] = ['MODEL_FAILED', 'ENCODER_FAILED', 'OUTPUT_UNSUPPORTED'];

/** Why an item failed, one clause; throws what is not the item's own: a store that fails, a full disk, an abort, a defect. */
export function failureReason(error: unknown): string {
  const isOwn =
    error instanceof NocturneError && (ITEM_CODES.includes(error.code) || isInputFault(error) || isNameFault(error));
  if (!isOwn) throw error;
  return error.message.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
}

/** True for an input that is at fault itself. A store on a network that refuses or is lost is no item's fault: a later run may read it. */
function isInputFault({ code, message }: NocturneError): boolean {
  const isRemote = message.startsWith('s3://');
  return code.startsWith('INPUT_') && code !== 'INPUT_LOST' && !(isRemote && code !== 'INPUT_NOT_FOUND');
}

/** True for an output whose name its folder cannot take; any other failure to write would be that of all items. */
function isNameFault({ code, cause }: NocturneError): boolean {
  return code === 'OUTPUT_FAILED' && cause instanceof Error && 'code' in cause && cause.code === 'ENAMETOOLONG';
}
