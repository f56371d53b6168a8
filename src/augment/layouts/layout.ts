import type { DatasetFile, DatasetPlan, FileCopy, Item, LabelledBox, LayoutName } from '../dataset.js';
import type { Store } from '../store/store.js';

/** All files of a data set, and where to read them. */
export interface DatasetTree {
  readonly store: Store;
  /** In natural order of their paths; hidden files and what {@link Store.list} leaves out are not there. */
  readonly files: readonly DatasetFile[];
  /** One line each about what was left out of {@link files}: links out of the tree, unreadable folders. */
  readonly notices: readonly string[];
}

/** Options of {@link Layout.plan}. */
export interface PlanOptions {
  /** Keep every so many frames of a sequence, from the first; default 1. Frames left out, and their labels, are not in the output. */
  readonly every?: number;
  /** Frames a second of sequences whose names and files state no time; default 10. */
  readonly fps?: number;
}

/** Reads one layout of labelled images. */
export interface Layout {
  readonly name: LayoutName;
  /** Returns why the tree has this layout, one clause, or undefined where it has not. Reads names first, contents only where they decide. */
  detect(tree: DatasetTree): Promise<string | undefined>;
  /** Plans the whole set. Rejects with NocturneError INPUT_UNSUPPORTED where it cannot be one of this layout. */
  plan(tree: DatasetTree, options: PlanOptions): Promise<Omit<DatasetPlan, 'layout' | 'evidence'>>;
  /**
   * The bytes of a {@link FileCopy.isRewritten} file for a night set: the time of day becomes night, names of images whose format
   * changes follow. Everything else stays, byte for byte where the format permits it. Undefined functions: nothing is rewritten.
   */
  rewrite?(copy: FileCopy, bytes: Uint8Array, items: readonly Item[]): Promise<Uint8Array>;
  /** The labelled boxes of each item that has some, by item id; undefined: the layout has none. */
  boxes?(tree: DatasetTree, items: readonly Item[]): Promise<ReadonlyMap<string, readonly LabelledBox[]>>;
}
