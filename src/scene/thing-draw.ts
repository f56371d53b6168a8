import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';
import type { Box } from './scene.js';

/** The kinds of things, in the order of their numbers in the hash. */
const KINDS = ['vehicle', 'signal', 'lampHead', 'pane'] as const;

/** A kind of thing. */
export type ThingKind = (typeof KINDS)[number];

/** Columns and rows of the cells in which a place counts as the same. */
const [COLUMNS, ROWS] = [DETAIL_WIDTH / 2, DETAIL_HEIGHT / 2];

/** Returns the number in [0, 1) of a thing by where it is seen first: the same for the same seed, kind and place. */
export function drawAt(seed: number, kind: ThingKind, { x, y, width, height }: Box): number {
  const column = Math.floor((x + width / 2) * COLUMNS);
  const row = Math.floor((y + height / 2) * ROWS);
  let hash = mix(seed | 0);
  for (const value of [KINDS.indexOf(kind) + 1, column, row]) hash = mix(hash ^ Math.imul(value + 1, 0x9e3779b1));
  return (hash >>> 0) / 4294967296;
}

/** The finaliser of MurmurHash3: each bit of the input changes half of the output's. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
