import type { Box } from '../../scene/scene.js';
import type { Item, LabelledBox, LayoutName } from '../dataset.js';
import { ALL_LAYOUTS } from '../layouts/all-layouts.js';
import type { DatasetTree } from '../layouts/layout.js';
import { readTree } from '../layouts/read-tree.js';
import type { Store } from '../store/store.js';

/** Reads what is labelled in the images of a set, where its layout has boxes. Lists the set once, at the first call. */
export class LabelledObjects {
  readonly #store: Store;
  readonly #layout: LayoutName;
  #tree: Promise<DatasetTree> | undefined;

  /** Borrows the store. */
  constructor(store: Store, layout: LayoutName) {
    this.#store = store;
    this.#layout = layout;
  }

  /** The boxes of items that have some, by id, in pixels of the upright image. Rejects as the store does. */
  async boxesOf(items: readonly Item[]): Promise<ReadonlyMap<string, readonly LabelledBox[]>> {
    const layout = ALL_LAYOUTS.find(({ name }) => name === this.#layout);
    if (!layout?.boxes) return new Map();
    this.#tree ??= readTree(this.#store);
    return layout.boxes(await this.#tree, items);
  }
}

/** Labelled boxes in shares of an image, without ignored regions. */
export function boxesInShares(
  boxes: readonly LabelledBox[],
  { width, height }: { readonly width: number; readonly height: number },
): readonly Box[] {
  return boxes
    .filter(({ isIgnored }) => !isIgnored)
    .map((box) => ({ x: box.x / width, y: box.y / height, width: box.width / width, height: box.height / height }));
}
