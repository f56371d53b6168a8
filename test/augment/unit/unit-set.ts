import sharp from 'sharp';
import type { Unit } from '../../../src/augment/dataset.js';
import { readRecipe } from '../../../src/augment/recipe/recipe.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import type { ItemRow } from '../../../src/augment/unit/item-row.js';
import { openUnitRunner } from '../../../src/augment/unit/unit-runner.js';
import type { UnitSettings } from '../../../src/augment/unit/unit-settings.js';
import { silentLogger } from '../../../src/core/logger.js';
import { frameToRgb } from '../../../src/image/rgb-image.js';
import { openSource } from '../../../src/ingest/open-source.js';
import { DEFAULT_SOURCE_OPTIONS } from '../../../src/ingest/source-options.js';

/** Settings of a quick run: the night from physics, which needs no network, and every night kept. */
export function quickSettings(more: Partial<UnitSettings> = {}): UnitSettings {
  return {
    layout: 'images',
    model: { generator: 'grade', style: 'city-led', device: 'cpu', threads: 1 },
    recipe: readRecipe('plain').text,
    ...{ seed: 1, variants: 1, smoothing: 0.9, hasLamps: false, hasLightMasks: false, hasSceneMasks: false },
    ...{ rejects: 'keep', nights: 'copy' },
    ...more,
  };
}

/** Runs a unit from one folder into another. Returns its rows. @param isDone default: nothing is. */
export async function runUnit(
  unit: Unit,
  folders: { readonly input: string; readonly output: string },
  settings: UnitSettings,
  isDone: (item: string, variant: number) => boolean = () => false,
): Promise<ItemRow[]> {
  const [input, output] = [new LocalStore(folders.input), new LocalStore(folders.output)];
  const signal = new AbortController().signal;
  await using runner = await openUnitRunner({ input, output, settings, logger: silentLogger, signal });
  const rows: ItemRow[] = [];
  for await (const row of runner.run(unit, isDone)) rows.push(row);
  return rows;
}

/** Frames of the synthetic street as JPEG. */
export async function streetJpegs(count: number, size = '320x180'): Promise<Buffer[]> {
  const images: Buffer[] = [];
  await using source = await openSource(`street:size=${size},rate=2,duration=30`, {
    ...DEFAULT_SOURCE_OPTIONS,
    live: false,
  });
  for await (using frame of source.frames()) {
    const { width, height, data } = frameToRgb(frame);
    images.push(
      await sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 95 })
        .toBuffer(),
    );
    if (images.length === count) break;
  }
  return images;
}
