import { asNocturneError } from '../../core/errors.js';
import type { Unit } from '../dataset.js';
import type { ItemRow } from '../unit/item-row.js';
import type { UnitLane } from './unit-lane.js';

/** Options of {@link runUnits}. */
export interface RunUnitsOptions {
  readonly units: readonly Unit[];
  /** Lanes that work at the same time, 1 or more. */
  readonly jobs: number;
  readonly openLane: () => UnitLane;
  readonly isDone: (item: string, variant: number) => boolean;
  /** Stores a row. The lane waits for it, so that results never pile up. */
  readonly onRow: (row: ItemRow) => Promise<void>;
  readonly onUnitEnd: (unit: Unit) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Parts of the images that each lane gets, so that all lanes end at about the same time. */
const PARTS_A_LANE = 8;

/**
 * Renders units on several lanes: each takes the next one when it is free. Single images are divided evenly. The first failure, or an
 * abort, stops all lanes within seconds and rejects; every row that was stored until then counts.
 */
export async function runUnits(options: RunUnitsOptions): Promise<void> {
  const { units, jobs, openLane, isDone, onRow, onUnitEnd, signal } = options;
  const parts = divided(units, jobs);
  const lanes = Array.from({ length: Math.min(jobs, parts.length) }, openLane);
  const stopAll = async (): Promise<void> => {
    await Promise.all(lanes.map((lane) => lane[Symbol.asyncDispose]()));
  };
  const stopNow = (): void => void stopAll();
  const remaining = parts.values();
  const failures: unknown[] = [];
  const work = async (lane: UnitLane): Promise<void> => {
    try {
      for (const unit of remaining) {
        for await (const row of lane.run(unit, isDone)) await onRow(row);
        await onUnitEnd(unit);
        if (failures.length > 0 || signal.aborted) return;
      }
    } catch (error) {
      failures.push(error);
      await stopAll();
    }
  };
  signal.addEventListener('abort', stopNow);
  if (signal.aborted) stopNow();
  try {
    await Promise.all(lanes.map(work));
  } finally {
    signal.removeEventListener('abort', stopNow);
    await stopAll();
  }
  if (failures.length > 0) throw asNocturneError(failures[0], 'pipeline');
  signal.throwIfAborted();
}

/** Divides units of single images where there are few of them for the lanes; a part keeps the number of its unit. */
function divided(units: readonly Unit[], jobs: number): Unit[] {
  const images = units.reduce((sum, { kind, items }) => sum + (kind === 'images' ? items.length : 0), 0);
  const size = Math.max(1, Math.ceil(images / (jobs * PARTS_A_LANE)));
  return units.flatMap((unit) => {
    if (unit.kind !== 'images') return [unit];
    const count = Math.ceil(unit.items.length / size);
    return Array.from({ length: count }, (_, i) => ({ ...unit, items: unit.items.slice(i * size, (i + 1) * size) }));
  });
}
