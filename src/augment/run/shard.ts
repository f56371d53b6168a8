import { NocturneError } from '../../core/errors.js';
import type { Unit } from '../dataset.js';

/** The part of a run that one process does, the same on every machine. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** A run that is not divided. */
export const WHOLE: Shard = { index: 1, count: 1 };

/** Parses `2/3`. Throws NocturneError CONFIG_INVALID. */
export function parseShard(text: string): Shard {
  const [, index = 0, count = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= count) return { index, count };
  throw new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message: `--shard must be a part I of N, from 1/N to N/N, got ${JSON.stringify(text)}.`,
  });
}

/** Whether a part does a copy, by its number from 0. */
export function isInShard({ index, count }: Shard, number: number): boolean {
  return number % count === index - 1;
}

/**
 * What a part does: every so many single images of all, and every so many of the other units, which stay whole. Units keep their numbers.
 */
export function unitsOfShard(units: readonly Unit[], shard: Shard): readonly Unit[] {
  let images = 0;
  let whole = 0;
  return units.flatMap((unit) => {
    if (unit.kind !== 'images') return isInShard(shard, whole++) ? [unit] : [];
    const items = unit.items.filter(() => isInShard(shard, images++));
    return items.length === 0 ? [] : [{ ...unit, items }];
  });
}
