import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Item, Unit } from '../../../src/augment/dataset.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import type { ItemRow } from '../../../src/augment/unit/item-row.js';
import type { UnitSettings } from '../../../src/augment/unit/unit-settings.js';
import { openUnitRunner } from '../../../src/augment/unit/unit-runner.js';
import { silentLogger } from '../../../src/core/logger.js';
import { frameToRgb } from '../../../src/image/rgb-image.js';
import { openSource } from '../../../src/ingest/open-source.js';
import { DEFAULT_SOURCE_OPTIONS } from '../../../src/ingest/source-options.js';

/** A recipe of one style without grain, so that nothing but the look differs. */
export const CLEAN_RECIPE = JSON.stringify({
  ...{ version: 1, name: 'clean', style: { choices: ['city-led'] }, grain: { choices: [0] } },
});

/** Settings of a test's units. */
export function unitSettings(changes: Partial<UnitSettings> = {}): UnitSettings {
  return {
    layout: 'images',
    model: { generator: 'lit', style: 'city-led', device: 'auto', threads: 1 },
    recipe: JSON.stringify({ version: 1, name: 'test' }),
    ...{ seed: 7, variants: 1, smoothing: 0.9, rejects: 'keep', nights: 'translate' },
    ...{ hasLamps: false, hasLightMasks: false, hasSceneMasks: false },
    ...changes,
  };
}

/** Writes frames of the built-in street as lossless images, ten a second. Returns their names. */
export async function writeStreet(folder: string, count: number, size = '320x180'): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const { signal } = new AbortController();
  const url = `street:size=${size},rate=10,duration=${count / 10}`;
  await using source = await openSource(url, DEFAULT_SOURCE_OPTIONS, signal);
  const names: string[] = [];
  for await (const frame of source.frames(signal)) {
    using owned = frame;
    const { data, width, height } = frameToRgb(owned);
    const name = `${String(names.length).padStart(3, '0')}.png`;
    writeFileSync(
      join(folder, name),
      await sharp(data, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer(),
    );
    names.push(name);
  }
  return names;
}

/** A unit of files of one folder. */
export function unitOf(kind: 'images' | 'sequence', names: readonly string[]): Unit {
  const items = names.map((name, i): Item => {
    const item = { id: name, kind: 'image' as const, source: name, output: name, labels: [] };
    return kind === 'sequence' ? { ...item, scene: 'street', timeS: i / 10 } : item;
  });
  return { index: 3, kind, items };
}

/** Runs one unit and returns its rows. */
export async function runUnit(
  folders: { readonly from: string; readonly to: string },
  unit: Unit,
  settings: UnitSettings,
  isDone: (item: string, variant: number) => boolean = () => false,
): Promise<ItemRow[]> {
  const [input, output] = [new LocalStore(folders.from), new LocalStore(folders.to)];
  const { signal } = new AbortController();
  await using runner = await openUnitRunner({ input, output, settings, logger: silentLogger, signal });
  const rows: ItemRow[] = [];
  for await (const row of runner.run(unit, isDone)) rows.push(row);
  return rows;
}
