import sharp from 'sharp';
import type { Unit } from '../dataset.js';
import { finishedBehind } from './in-flight.js';
import { imagesUnit, type ImageUnitTools } from './images-unit.js';
import type { ItemRow } from './item-row.js';
import { ItemWriter } from './item-writer.js';
import { sequenceUnit } from './sequence-unit.js';
import { shardUnit } from './shard-unit.js';
import { videoUnit } from './video-unit.js';
import { NightTools, type UnitTools } from './night-tools.js';

export type { UnitTools } from './night-tools.js';

/** Nights that are encoded and written while the next ones are lit. */
const WRITTEN_BEHIND = 2;

/** Turns units of a set into nights, one unit after the other. */
export interface UnitRunner extends AsyncDisposable {
  /**
   * Yields a row for each item and variant that is not done, once its files are stored: in the order of the items, variants within. An item
   * that fails gives a `failed` row, and the rest goes on. One unit at a time; leave the loop to stop.
   * Rejects with NocturneError where the unit as a whole cannot go on: OUTPUT_NO_SPACE, a store that is lost; with the signal's reason when
   * it aborts.
   */
  run(unit: Unit, isDone: (item: string, variant: number) => boolean): AsyncIterable<ItemRow>;
}

/**
 * Opens network, kernels and judge, once for all units of a process. Rejects with NocturneError for recipe, style, range or generator.
 * Images then take one thread each, in the whole process: jobs fill the cores.
 */
export async function openUnitRunner(tools: UnitTools): Promise<UnitRunner> {
  sharp.concurrency(1);
  sharp.cache(false);
  const night = await NightTools.open(tools);
  return new OpenUnitRunner({ unit: tools, night, writer: new ItemWriter(tools, night) });
}

class OpenUnitRunner implements UnitRunner {
  readonly #tools: ImageUnitTools;

  constructor(tools: ImageUnitTools) {
    this.#tools = tools;
  }

  run(unit: Unit, isDone: (item: string, variant: number) => boolean): AsyncIterable<ItemRow> {
    switch (unit.kind) {
      case 'images':
        return finishedBehind(imagesUnit(unit, isDone, this.#tools), WRITTEN_BEHIND);
      case 'sequence':
        return finishedBehind(sequenceUnit(unit, isDone, this.#tools), WRITTEN_BEHIND);
      case 'video':
        return videoUnit(unit, isDone, this.#tools);
      case 'shard':
        return shardUnit(unit, isDone, this.#tools);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#tools.night[Symbol.asyncDispose]();
  }
}
