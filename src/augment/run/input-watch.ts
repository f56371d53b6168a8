import { stat } from 'node:fs/promises';
import { NocturneError } from '../../core/errors.js';
import { LocalStore } from '../store/local-store.js';
import type { Store } from '../store/store.js';
import type { ItemRow } from '../unit/item-row.js';

/** Items in a row whose file is gone before the whole input counts as gone: a disk that was taken out leaves its empty folder. */
const MAX_MISSING = 10;

/** Notices an input that vanishes while a run reads it, so that its items do not all count as failed. */
export class InputWatch {
  readonly #input: Store;
  #missing = 0;

  constructor(input: Store) {
    this.#input = input;
  }

  /** Call with each row. Rejects with NocturneError INPUT_NOT_FOUND once the input is gone. */
  async check(row: ItemRow): Promise<void> {
    if (row.verdict !== 'failed' || (await this.#input.size(row.source)) !== undefined) {
      this.#missing = 0;
      return;
    }
    this.#missing++;
    if (this.#missing < MAX_MISSING && (await this.#hasRoot())) return;
    throw vanishedError(this.#input.label);
  }

  async #hasRoot(): Promise<boolean> {
    const input = this.#input;
    return !(input instanceof LocalStore) || (await stat(input.root).catch(() => undefined)) !== undefined;
  }
}

/** An input, or a file of it, that was there when the run was planned. */
export function vanishedError(path: string): NocturneError {
  return new NocturneError({
    code: 'INPUT_NOT_FOUND',
    stage: 'ingest',
    message: `${path} vanished while the run read it.`,
    remedy: 'Restore it and run the same command again: it continues where it stopped.',
  });
}
