import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSceneFolder } from '../../../src/train/scene/scene-folder.js';
import { splitByGroup } from '../../../src/train/scene/scene-split.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { labelOf } from './hand-made-scene.js';

const folder = temporaryFolder();
const FRAMES = ['one.jpg', 'two.jpg'];
const CAR = {
  ...{ box: [0.2, 0.4, 0.6, 0.8], kind: 'car', facing: 'front', facingScore: 0.9 },
  lamps: [{ box: [0.5, 0.5, 0.6, 0.6] }, { box: [0.2, 0.5, 0.3, 0.6] }],
};

/** Twice as long as high in pixels. */
const LONG = { box: [0.2, 0.4, 0.8, 0.8], kind: 'car', facing: 'rear', facingScore: 0.9, sideShare: 0.12, lamps: [] };
const SIDES = [
  LONG,
  { ...CAR, sideShare: 0.25 }, // as long as high, and almost nothing but its side
  { ...CAR, facing: 'rear', sideShare: 0.12 },
  { ...LONG, sideShare: 0.02 },
];

async function writeGrey(path: string, [width, height]: readonly [number, number], value: number): Promise<void> {
  const data = Buffer.alloc(width * height, value);
  await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .toFile(path);
}

beforeAll(async () => {
  for (const name of ['images', 'surface', 'confidence']) mkdirSync(join(folder, name));
  for (const frame of FRAMES) {
    await sharp({ create: { width: 64, height: 48, channels: 3, background: '#804020' } })
      .jpeg({ quality: 100 })
      .toFile(join(folder, 'images', frame));
    await writeGrey(join(folder, 'surface', frame.replace('.jpg', '.png')), [320, 240], labelOf('road'));
    await writeGrey(join(folder, 'confidence', frame.replace('.jpg', '.png')), [160, 120], 204);
  }
  const lines = [
    { frame: 'one.jpg', size: [64, 48], vehicles: [CAR, { ...CAR, kind: 'motorcycle' }, { ...CAR, facingScore: 0.4 }] },
    { frame: 'two.jpg', size: [64, 48], vehicles: SIDES },
  ];
  writeFileSync(join(folder, 'objects.jsonl'), lines.map((line) => JSON.stringify(line)).join('\r\n'));
  writeFileSync(join(folder, 'INDEX.tsv'), 'frame\tsource\tgroup\r\none.jpg\tx\thill\r\ntwo.jpg\ty\tvalley\r\n');
});

describe('readSceneFolder', () => {
  it('reads images, maps, objects and groups, whatever ends the lines', async () => {
    const [one, two] = await readSceneFolder(folder);
    expect([one?.group, two?.group]).toEqual(['hill', 'valley']);
    expect(one?.surfaces.every((label) => label === labelOf('road'))).toBe(true);
    expect([one?.surfaces.length, one?.confidence.length, one?.confidence[0]]).toEqual([57_600, 57_600, 204]);
    expect(one?.rgb.length).toBe(3 * 512 * 288);
    expect(Math.abs(one!.rgb[0]! - 0x80)).toBeLessThan(4);
    expect(two?.vehicles.map(({ facing }) => facing)).toEqual(['side', 'side', 'rear', 'rear']);
    expect(two?.vehicles[0]).toEqual({ box: LONG.box, facing: 'side', facingScore: 0.8 });
  });

  it('orders lamps from left to right, and trusts no facing of motorcycles or unsure ones', async () => {
    const [one] = await readSceneFolder(folder, (frame) => frame === 'one.jpg');
    const [car, motorcycle, unsure] = one!.vehicles;
    expect(car).toMatchObject({ facing: 'front', facingScore: 0.9 });
    expect(car?.left?.[0]).toBeCloseTo(0.25);
    expect(car?.right?.[0]).toBeCloseTo(0.55);
    expect(motorcycle).toEqual({ box: CAR.box, facingScore: 0 });
    expect(unsure).toEqual({ box: CAR.box, facingScore: 0 });
  });

  it('says which file is missing or damaged', async () => {
    await expect(readSceneFolder(join(folder, 'none'))).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
    const damaged = temporaryFolder();
    writeFileSync(join(damaged, 'INDEX.tsv'), 'frame\tgroup\n');
    writeFileSync(join(damaged, 'objects.jsonl'), '{}\n{');
    await expect(readSceneFolder(damaged)).rejects.toThrow('line 2 of');
  });
});

describe('splitByGroup', () => {
  const scenes = Array.from({ length: 300 }, (_, i) => ({ name: `${i}`, group: `group ${Math.floor(Math.sqrt(i))}` }));

  it('holds whole groups back, about as many images as asked for', () => {
    const { train, validation } = splitByGroup(scenes, { share: 0.2, seed: 3 });
    expect(train.length + validation.length).toBe(300);
    expect(validation.length).toBeGreaterThan(50);
    expect(validation.length).toBeLessThanOrEqual(69);
    const held = new Set(validation.map(({ group }) => group));
    expect(train.some(({ group }) => held.has(group))).toBe(false);
  });

  it('depends on the seed alone, not on the order', () => {
    const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name).sort();
    const held = (list: typeof scenes, seed: number): string[] =>
      names(splitByGroup(list, { share: 0.2, seed }).validation);
    expect(held(scenes.toReversed(), 3)).toEqual(held(scenes, 3));
    expect(held(scenes, 4)).not.toEqual(held(scenes, 3));
  });

  it('holds nothing back without a share', () => {
    expect(splitByGroup(scenes, { share: 0, seed: 1 }).validation).toEqual([]);
  });
});
