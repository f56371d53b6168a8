import type { ItemRow } from '../../../src/augment/unit/item-row.js';

/** A row of a manifest for tests: accepted, unless changed. */
export function rowOf(item: string, changes: Partial<ItemRow> = {}): ItemRow {
  return {
    item,
    variant: 0,
    unit: 0,
    source: item,
    sourceSha256: '0'.repeat(64),
    output: item,
    outputSha256: '1'.repeat(64),
    outputBytes: 1000,
    width: 64,
    height: 36,
    seed: 7,
    draw: { style: 'city-led', dials: {}, darkKinds: [] },
    scores: { structure: 0.7, layout: 0, texture: 0, lights: 0, night: 0.99, alreadyNight: 0.01 },
    verdict: 'accepted',
    reason: '',
    losses: [],
    lamps: 3,
    milliseconds: 50,
    ...changes,
  };
}
