import { sha256 } from '../store/local-store.js';
import type { ItemRow } from '../unit/item-row.js';

/** Keeps at most so many of the rows that are added: those with the smallest keys, whatever the order of adding. */
export class RowSample {
  readonly #size: number;
  readonly #keyOf: (row: ItemRow) => number | string;
  #kept: { readonly key: number | string; readonly row: ItemRow }[] = [];

  /** @param keyOf default: a hash of item and variant, which makes it a random sample that is the same for the same rows. */
  constructor(size: number, keyOf: (row: ItemRow) => number | string = randomKey) {
    this.#size = size;
    this.#keyOf = keyOf;
  }

  add(row: ItemRow): void {
    this.#kept.push({ key: this.#keyOf(row), row });
    if (this.#kept.length >= 2 * this.#size + 16) this.#trim();
  }

  /** The kept rows, smallest key first. */
  rows(): ItemRow[] {
    this.#trim();
    return this.#kept.map(({ row }) => row);
  }

  #trim(): void {
    const order = (a: ItemRow, b: ItemRow): number =>
      a.item < b.item ? -1 : a.item > b.item ? 1 : a.variant - b.variant;
    this.#kept.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : order(a.row, b.row)));
    this.#kept = this.#kept.slice(0, this.#size);
  }
}

function randomKey({ item, variant }: ItemRow): string {
  return sha256(Buffer.from(`${item}\n${variant}`));
}

/** The key that samples whole items: all variants of an item have it, and follow each other. */
export function itemKey({ item }: ItemRow): string {
  return sha256(Buffer.from(item));
}
