import { expect, it } from 'vitest';
import type { Unit } from '../../../src/augment/dataset.js';
import { UnitLane } from '../../../src/augment/run/unit-lane.js';
import type { UnitProcess } from '../../../src/augment/run/unit-process.js';
import type { ItemRow } from '../../../src/augment/unit/item-row.js';
import { NocturneError } from '../../../src/core/errors.js';
import { silentLogger } from '../../../src/core/logger.js';
import { imagesUnit, row } from './rows.js';

/** Opens processes that die before the rows of items whose names start with `killer`, the first `deaths` times; counts them. */
class Deaths {
  opened = 0;
  readonly #left: Map<string, number>;

  constructor(deaths: Readonly<Record<string, number>>) {
    this.#left = new Map(Object.entries(deaths));
  }

  open(): Promise<UnitProcess> {
    this.opened++;
    const left = this.#left;
    let isUsable = true;
    const child = {
      get isUsable() {
        return isUsable;
      },
      async *run(unit: Unit, isDone: (item: string, variant: number) => boolean): AsyncIterable<ItemRow> {
        await Promise.resolve();
        for (const { id } of unit.items) {
          if (isDone(id, 0)) continue;
          const deaths = left.get(id) ?? 0;
          if (deaths > 0) {
            left.set(id, deaths - 1);
            isUsable = false;
            throw new NocturneError({ code: 'WORKER_DIED', stage: 'pipeline', message: 'the process died.' });
          }
          yield row(id);
        }
      },
      stop: () => Promise.resolve(),
    };
    return Promise.resolve(child as unknown as UnitProcess); // the part of it that a lane uses
  }
}

async function rowsOf(deaths: Deaths, unit: Unit, isDone: (item: string) => boolean = () => false): Promise<string[]> {
  await using lane = new UnitLane({
    open: () => deaths.open(),
    failedRow: (_unit, item, variant, reason) =>
      Promise.resolve(row(item.id, variant, { verdict: 'failed', output: '', reason })),
    variants: 1,
    logger: silentLogger,
  });
  const rows: string[] = [];
  for await (const { item, verdict } of lane.run(unit, isDone)) rows.push(`${item} ${verdict}`);
  return rows;
}

it('makes every row once when a process dies once or twice', async () => {
  for (const count of [1, 2]) {
    const deaths = new Deaths({ b: count });
    const rows = await rowsOf(deaths, imagesUnit(0, ['a', 'b', 'c']));
    expect(rows).toEqual(['a accepted', 'b accepted', 'c accepted']);
    expect(deaths.opened).toBe(count + 1);
  }
});

it('gives a failed row to the image that ends three processes, and to no other', async () => {
  const deaths = new Deaths({ b: Infinity, d: Infinity });
  const rows = await rowsOf(deaths, imagesUnit(0, ['a', 'b', 'c', 'd', 'e']), (item) => item === 'c');
  expect(rows).toEqual(['a accepted', 'b failed', 'd failed', 'e accepted']);
  expect(deaths.opened).toBeLessThanOrEqual(6);
});

it('gives failed rows to what is left of a sequence, and counts only deaths without progress', async () => {
  const sequence = { ...imagesUnit(0, ['a', 'b', 'c', 'd', 'e']), kind: 'sequence' as const };
  expect(await rowsOf(new Deaths({ a: 2, b: 2, c: 2, d: 2 }), sequence)).toEqual(
    ['a', 'b', 'c', 'd', 'e'].map((id) => `${id} accepted`),
  );
  const rows = await rowsOf(new Deaths({ c: Infinity }), sequence);
  expect(rows).toEqual(['a accepted', 'b accepted', 'c failed', 'd failed', 'e failed']);
});

it('does not blame items for a process that cannot start', async () => {
  const lane = new UnitLane({
    open: () => Promise.reject(new NocturneError({ code: 'WORKER_DIED', stage: 'pipeline', message: 'no memory.' })),
    failedRow: () => Promise.reject(new Error('no item failed')),
    variants: 1,
    logger: silentLogger,
  });
  const run = async (): Promise<void> => {
    for await (const made of lane.run(imagesUnit(0, ['a']), () => false)) throw new Error(`a row: ${made.item}`);
  };
  await expect(run()).rejects.toThrow('no memory.');
});
