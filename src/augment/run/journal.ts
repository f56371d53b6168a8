import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { outputFailure } from '../../output/output-error.js';
import { LocalStore } from '../store/local-store.js';
import type { Store } from '../store/store.js';
import type { ItemRow } from '../unit/item-row.js';

/** Folder of the journal in the output: files of lines, one JSON {@link ItemRow} each. A line that is not whole counts for nothing. */
export const JOURNAL_FOLDER = 'nocturne/journal';

/** Remembers what is done. A row that it took is not done again after any crash. */
export interface RowJournal extends AsyncDisposable {
  /** Appends a row whose files are stored. Rejects with NocturneError OUTPUT_. */
  append(row: ItemRow): Promise<void>;
  /** Call once all rows of a unit, or of a part of it that is done whole, were appended. */
  endUnit(unit: number): Promise<void>;
}

/**
 * Opens a part of the journal that only this process writes. A folder of this machine gets every row at once; an object store, which
 * cannot append, gets one object a unit.
 *
 * @param name unique in the run, a file name without its extension.
 */
export async function openJournal(output: Store, name: string): Promise<RowJournal> {
  if (!(output instanceof LocalStore)) return new ObjectJournal(output, name);
  const path = join(output.root, JOURNAL_FOLDER, `${name}.jsonl`);
  try {
    await mkdir(dirname(path), { recursive: true });
    return new FileJournal(path, await open(path, 'ax'));
  } catch (error) {
    throw outputFailure(join(output.label, JOURNAL_FOLDER, `${name}.jsonl`), error);
  }
}

/** Writes the rows of one unit as one object of the journal, replacing what an earlier try wrote. */
export async function writeUnitRows(output: Store, name: string, rows: readonly ItemRow[]): Promise<void> {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await output.write(`${JOURNAL_FOLDER}/${name}.jsonl`, Buffer.from(text));
}

/** A file that grows by lines. */
class FileJournal implements RowJournal {
  readonly #path: string;
  readonly #file: FileHandle;
  /** Appends wait for each other, so that lines stay whole. */
  #last: Promise<void> = Promise.resolve();

  constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  append(row: ItemRow): Promise<void> {
    return this.#enqueue(async () => {
      await this.#file.appendFile(`${JSON.stringify(row)}\n`);
    });
  }

  /** Also after a power failure, what is lost is in units that were in flight. */
  endUnit(): Promise<void> {
    return this.#enqueue(() => this.#file.datasync());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last.catch(() => undefined); // reported to whoever appended
    await this.#file.close().catch(() => undefined); // each append was awaited
  }

  #enqueue(step: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(step).catch((error: unknown) => {
      throw outputFailure(this.#path, error);
    });
    return this.#last;
  }
}

/** One object for each unit, or for each part of one. */
class ObjectJournal implements RowJournal {
  readonly #output: Store;
  readonly #name: string;
  readonly #rows = new Map<number, ItemRow[]>();
  #count = 0;

  constructor(output: Store, name: string) {
    this.#output = output;
    this.#name = name;
  }

  append(row: ItemRow): Promise<void> {
    const rows = this.#rows.get(row.unit);
    if (rows) rows.push(row);
    else this.#rows.set(row.unit, [row]);
    return Promise.resolve();
  }

  async endUnit(unit: number): Promise<void> {
    const rows = this.#rows.get(unit);
    if (!rows) return;
    this.#rows.delete(unit);
    await writeUnitRows(this.#output, `${this.#name}-${++this.#count}`, rows);
  }

  /** Rows of units that were cut off are worth a try; what cannot be stored is made again. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const unit of [...this.#rows.keys()]) await this.endUnit(unit).catch(() => undefined);
  }
}
