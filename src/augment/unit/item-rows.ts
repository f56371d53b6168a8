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

/** Codes of failures that are one item's own, beside those of reading it: the rest of its unit goes on. */
const ITEM_CODES: readonly string[] = ['MODEL_FAILED', 'OUTPUT_FAILED', 'OUTPUT_UNSUPPORTED'];

/** Why an item failed, one clause; throws what is not the item's own: a full disk, an abort, a defect. */
export function failureReason(error: unknown): string {
  const isOwn = error instanceof NocturneError && (ITEM_CODES.includes(error.code) || isInputFault(error));
  if (!isOwn) throw error;
  return error.message.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
}

/** True for an input that is at fault itself. A store that is lost is no item's fault. */
function isInputFault({ code }: NocturneError): boolean {
  return code.startsWith('INPUT_') && code !== 'INPUT_LOST';
}
