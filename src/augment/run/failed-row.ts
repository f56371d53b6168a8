import type { Item, Unit } from '../dataset.js';
import { drawOf, itemSeed } from '../recipe/draw-variant.js';
import { parseRecipe } from '../recipe/recipe.js';
import type { Store } from '../store/store.js';
import { hashOfFile } from '../unit/file-hash.js';
import type { ItemRow } from '../unit/item-row.js';
import type { UnitSettings } from '../unit/unit-settings.js';

/** What {@link failedRow} takes. */
export interface FailedItem {
  readonly input: Store;
  readonly settings: UnitSettings;
  readonly unit: Unit;
  readonly item: Item;
  readonly variant: number;
  /** One clause. */
  readonly reason: string;
}

/** The row of an item that no process survives. */
export async function failedRow({ input, settings, unit, item, variant, reason }: FailedItem): Promise<ItemRow> {
  const { seed, recipe, model } = settings;
  const scene = item.scene ?? item.id;
  return {
    item: item.id,
    variant,
    unit: unit.index,
    source: item.source,
    sourceSha256: await sourceHash(input, item.source),
    output: '',
    outputSha256: '',
    outputBytes: 0,
    width: 0,
    height: 0,
    seed: itemSeed(seed, item.id, variant),
    draw: drawOf(parseRecipe(recipe, 'the recipe'), { seed, scene, variant, style: model.style }, item),
    scores: {},
    verdict: 'failed',
    reason,
    losses: [],
    lamps: 0,
    milliseconds: 0,
  };
}

/** Empty for a file that cannot be read: the row has another reason. */
async function sourceHash(input: Store, path: string): Promise<string> {
  const read = input.withLocalFile(path, async (localPath) => (await hashOfFile(localPath)).sha256);
  return read.catch(() => '');
}
