import type { Item, Unit } from '../dataset.js';

/** Every row that a run has: one for each variant of each item, in the order of the plan, variants of an item together. */
export class RowOrder {
  readonly variants: number;
  /** All items of the plan. */
  readonly items: readonly Item[];
  /** Of each item, its place in the plan. */
  readonly #indexes: ReadonlyMap<string, number>;

  constructor(units: readonly Unit[], variants: number) {
    this.variants = variants;
    this.items = units.flatMap((unit) => unit.items);
    this.#indexes = new Map(this.items.map((item, index) => [item.id, index]));
  }

  /** Number of rows. */
  get size(): number {
    return this.items.length * this.variants;
  }

  /** The place of a row, from 0; undefined where the plan has no such item or variant. */
  position(item: string, variant: number): number | undefined {
    const index = this.#indexes.get(item);
    return index === undefined || variant < 0 || variant >= this.variants ? undefined : index * this.variants + variant;
  }

  /** The item and the variant of a row. Throws RangeError outside the order. */
  at(position: number): { readonly item: Item; readonly variant: number } {
    const item = this.items[Math.floor(position / this.variants)];
    if (!item) throw new RangeError(`position must be from 0 to ${this.size - 1}, got ${position}`);
    return { item, variant: position % this.variants };
  }

  /** An item by its id; undefined where the plan has none. */
  item(id: string): Item | undefined {
    const index = this.#indexes.get(id);
    return index === undefined ? undefined : this.items[index];
  }
}
