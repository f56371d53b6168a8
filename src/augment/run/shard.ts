import { NocturneError } from '../../core/errors.js';

/** The part of a run that one process does. Parts are even in units, and the same on every machine. */
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

/** Whether a part does a unit or a copy, by its number from 0. */
export function isInShard({ index, count }: Shard, number: number): boolean {
  return number % count === index - 1;
}
