import type { Item, Unit } from '../../../src/augment/dataset.js';
import type { ItemRow } from '../../../src/augment/unit/item-row.js';

/** A row whose file has no bytes. */
export function row(item: string, variant = 0, more: Partial<ItemRow> = {}): ItemRow {
  return {
    ...{ item, variant, unit: 0, source: item, sourceSha256: 'ab', output: item, outputSha256: 'cd', outputBytes: 0 },
    ...{ width: 64, height: 36, seed: 7, scores: {}, verdict: 'accepted', reason: '', losses: [], lamps: 0 },
    draw: { style: 'city-led', dials: {}, darkKinds: [] },
    milliseconds: 1,
    ...more,
  };
}

/** A unit of single images. */
export function imagesUnit(index: number, ids: readonly string[], labels: readonly string[] = []): Unit {
  const items = ids.map((id): Item => ({ id, kind: 'image', source: id, output: id, labels }));
  return { index, kind: 'images', items };
}

export async function* asyncOf<T>(values: Iterable<T>): AsyncGenerator<T> {
  await Promise.resolve();
  yield* values;
}
