import { NocturneError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { Item, Unit } from '../dataset.js';
import type { ItemRow } from '../unit/item-row.js';
import { doneKey } from './unit-process-messages.js';
import type { UnitProcess } from './unit-process.js';

/** Deaths of a process over the same work before that work counts as failed. */
const MAX_DEATHS = 3;

/** Options of a {@link UnitLane}. */
export interface UnitLaneOptions {
  /** Starts a process. */
  readonly open: () => Promise<UnitProcess>;
  /** The row of an item that ends every process that works on it. @param reason one clause. */
  readonly failedRow: (unit: Unit, item: Item, variant: number, reason: string) => Promise<ItemRow>;
  readonly variants: number;
  readonly logger: Logger;
  /** Called when a process died or hung: what it was writing is still there. */
  readonly onDeath?: () => void;
}

/**
 * Renders units one after the other, in a process that is replaced when it dies or hangs. What ends the process three times gets rows with
 * the verdict `failed`: an image alone, or what is left of a sequence, video or shard, which cannot be taken apart.
 */
export class UnitLane implements AsyncDisposable {
  readonly #options: UnitLaneOptions;
  #process: UnitProcess | undefined;
  #isStopped = false;
  #isOpening = false;

  constructor(options: UnitLaneOptions) {
    this.#options = options;
  }

  /** Yields a row for each item and variant that is not done. One call at a time. Throws NocturneError what a process cannot open or write. */
  async *run(unit: Unit, isDone: (item: string, variant: number) => boolean): AsyncIterable<ItemRow> {
    const here = new Set<string>();
    const isDoneNow = (item: string, variant: number): boolean =>
      here.has(doneKey(item, variant)) || isDone(item, variant);
    const noted = async function* (rows: AsyncIterable<ItemRow>): AsyncIterable<ItemRow> {
      for await (const row of rows) {
        here.add(doneKey(row.item, row.variant));
        yield row;
      }
    };
    try {
      yield* noted(this.#render(unit, isDoneNow));
      return;
    } catch (error) {
      this.#noteDeath(error, unit);
    }
    // Images one by one: the one that ends the process is then known.
    const parts = unit.kind === 'images' ? unit.items.map((item) => ({ ...unit, items: [item] })) : [unit];
    for (const part of parts) yield* noted(this.#retry(part, isDoneNow));
  }

  /** Ends the process, also in the middle of a unit: {@link run} then throws ABORTED. Idempotent, never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await this.#process?.stop();
  }

  /** Renders after a death, until it is done or has ended the process too often. */
  async *#retry(unit: Unit, isDone: (item: string, variant: number) => boolean): AsyncIterable<ItemRow> {
    const here = new Set<string>();
    let reason = '';
    for (let deaths = 1; deaths < MAX_DEATHS; deaths++) {
      try {
        for await (const row of this.#render(unit, (item, variant) => isDone(item, variant))) {
          here.add(doneKey(row.item, row.variant));
          deaths = 0; // it moves on
          yield row;
        }
        return;
      } catch (error) {
        reason = this.#noteDeath(error, unit);
      }
    }
    for (const item of unit.items) {
      for (let variant = 0; variant < this.#options.variants; variant++) {
        if (isDone(item.id, variant)) continue;
        yield await this.#options.failedRow(unit, item, variant, `${MAX_DEATHS} times ${reason}`);
      }
    }
  }

  async *#render(unit: Unit, isDone: (item: string, variant: number) => boolean): AsyncIterable<ItemRow> {
    if (this.#isStopped) throw new NocturneError({ code: 'ABORTED', stage: 'pipeline', message: 'stopped.' });
    if (!this.#process?.isUsable) {
      await this.#process?.stop();
      this.#isOpening = true;
      this.#process = await this.#options.open();
      this.#isOpening = false;
      await this.#stopIfAsked(); // it may have been asked while it opened
    }
    yield* this.#process.run(unit, isDone);
  }

  async #stopIfAsked(): Promise<void> {
    if (this.#isStopped) await this.#process?.stop();
  }

  /** Returns what became of the process, one clause. Throws whatever is no death. */
  #noteDeath(error: unknown, unit: Unit): string {
    const isDeath = error instanceof NocturneError && error.code === 'WORKER_DIED';
    if (!isDeath || this.#isStopped || this.#isOpening) throw error; // what cannot open is no item's fault
    this.#options.onDeath?.();
    const first = unit.items[0]?.id ?? '';
    this.#options.logger.warn({ unit: unit.index, item: first }, `${error.message} It was rendering ${first}.`);
    return error.message.replace(/\.$/, '');
  }
}
