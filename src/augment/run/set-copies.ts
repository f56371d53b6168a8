import { constants, copyFile } from 'node:fs';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import { NocturneError } from '../../core/errors.js';
import type { FileCopy, Item } from '../dataset.js';
import type { Layout } from '../layouts/layout.js';
import { vanishedError } from './input-watch.js';
import type { Store } from '../store/store.js';
import type { ItemRow } from '../unit/item-row.js';
import { outputPaths, rejectedPath, variantFolder } from '../unit/output-paths.js';
import type { UnitSettings } from '../unit/unit-settings.js';

const copyLocalFile = promisify(copyFile);
/** Copies at the same time. */
const PARALLEL_COPIES = 8;

/** What a {@link SetCopies} takes. */
export interface SetCopiesOptions {
  readonly input: Store;
  readonly output: Store;
  readonly layout: Pick<Layout, 'rewrite'>;
  /** All items of the plan. */
  readonly items: readonly Item[];
  readonly copies: readonly FileCopy[];
  readonly settings: Pick<UnitSettings, 'variants' | 'rejects'>;
}

/**
 * Copies what is not translated, byte for byte, into each variant; what the layout rewrites goes through it. A label file of one item alone
 * waits for the item's verdict: it goes where its image goes, and stays away when there is no image.
 */
export class SetCopies {
  readonly #options: SetCopiesOptions;
  /** Copies that belong to one item alone, by path. */
  readonly #ownLabels: ReadonlyMap<string, FileCopy>;
  readonly #shared: readonly FileCopy[];

  constructor(options: SetCopiesOptions) {
    this.#options = options;
    const owned = new Set(options.items.flatMap(({ labels }) => labels));
    this.#shared = options.copies.filter(({ path }) => !owned.has(path));
    this.#ownLabels = new Map(options.copies.filter(({ path }) => owned.has(path)).map((copy) => [copy.path, copy]));
  }

  /**
   * Copies the files that belong to no item alone; resolves with their number. Rejects with NocturneError.
   * @param isMine whether this process copies the file, by its number; default: all.
   */
  async copyShared(signal: AbortSignal, isMine: (index: number) => boolean = () => true): Promise<number> {
    const mine = this.#shared.filter((_, index) => isMine(index));
    const remaining = mine.values();
    const work = async (): Promise<void> => {
      for (const copy of remaining) {
        signal.throwIfAborted();
        await this.#copyToAll(copy);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_COPIES }, work));
    return mine.length;
  }

  /**
   * Copies the label files of an item's row: call before the row counts as done. Resolves with the row; with a failed one, and without the
   * night, where a label cannot be read: a night without its label says that it shows nothing. Rejects with NocturneError.
   */
  async copyLabelsOf(row: ItemRow, item: Item): Promise<ItemRow> {
    if (row.output === '') return row;
    const { settings } = this.#options;
    const isBinned = row.verdict === 'rejected' && settings.rejects === 'bin';
    const root = isBinned ? rejectedPath(settings, row.variant, '') : variantFolder(settings, row.variant);
    const copies = item.labels.flatMap((path) => this.#ownLabels.get(path) ?? []);
    try {
      for (const copy of copies) await this.#copy(copy, [root], [item]);
      return row;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      await this.#removeNight(
        row,
        item,
        copies.map(({ path }) => root + path),
      );
      const reason = `its label ${error.message.replace(/\.$/, '')}`;
      return { ...row, ...{ output: '', outputSha256: '', outputBytes: 0, lamps: 0 }, verdict: 'failed', reason };
    }
  }

  async #removeNight(row: ItemRow, item: Item, labels: readonly string[]): Promise<void> {
    const { lamps, lightMask, sceneMask } = outputPaths(this.#options.settings, item, row.variant);
    const gained = [lamps, `${lamps}l`, lightMask, sceneMask]; // a video's lamps are lines
    for (const path of [row.output, ...gained, ...labels]) await this.#options.output.remove(path);
  }

  async #copyToAll(copy: FileCopy): Promise<void> {
    const { settings } = this.#options;
    const roots = Array.from({ length: settings.variants }, (_, variant) => variantFolder(settings, variant));
    await this.#copy(copy, roots, this.#options.items);
  }

  async #copy(copy: FileCopy, roots: readonly string[], items: readonly Item[]): Promise<void> {
    const { input, output, layout } = this.#options;
    const targets = roots.map((root) => root + copy.path);
    if (copy.isRewritten && layout.rewrite) {
      const bytes = await layout.rewrite(copy, await input.read(copy.path), items);
      for (const target of targets) await output.write(target, bytes);
      return;
    }
    for (const target of targets) await copyFileBetween(input, output, copy.path, target);
  }
}

/** Copies one file from store to store, through the file system's own copy. Rejects with NocturneError. */
export async function copyFileBetween(input: Store, output: Store, source: string, target: string): Promise<void> {
  await input.withLocalFile(source, async (from) => {
    await output.writeFile(target, async (to) => {
      try {
        await copyLocalFile(from, to, constants.COPYFILE_FICLONE);
      } catch (error) {
        if ((await input.size(source)) === undefined) throw vanishedError(`${input.label}/${source}`);
        await access(from, constants.R_OK).catch((cause: unknown) => {
          throw unreadable(source, cause);
        });
        throw error;
      }
    });
  });
}

function unreadable(path: string, cause: unknown): NocturneError {
  return new NocturneError({
    ...{ code: 'INPUT_NO_PERMISSION', stage: 'ingest', message: `${path} cannot be read: permission denied.`, cause },
    remedy: 'Give this user read permission, or take it out of the set, and run the same command again.',
  });
}

/** True for a label file that is at fault itself: nobody may read it, or its content is damaged. */
function isUnreadable(error: unknown): error is NocturneError {
  return error instanceof NocturneError && ['INPUT_NO_PERMISSION', 'INPUT_UNSUPPORTED'].includes(error.code);
}
