import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALREADY_NIGHT } from '../../../src/augment/proof/verdict.js';
import { sha256 } from '../../../src/augment/store/local-store.js';
import { Frame } from '../../../src/core/frame.js';
import { SURFACES } from '../../../src/scene/scene.js';
import { footage } from '../../support/footage.js';
import { smallDisk } from '../../support/small-disk.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { runUnit, unitOf, unitSettings, writeStreet } from './set-of-street.js';

const from = join(temporaryFolder(), 'day');
let names: string[] = [];

beforeAll(async () => {
  names = await writeStreet(from, 3);
});
afterAll(() => expect(Frame.liveCount).toBe(0));

/** Settings whose generator needs no network. */
const GRADE = unitSettings({ model: { generator: 'grade', style: 'city-led', device: 'auto', threads: 1 } });

describe('a unit of images', () => {
  it('gives a row for each item and variant, in order, whose hashes are those of the files', async () => {
    const to = temporaryFolder();
    const rows = await runUnit({ from, to }, unitOf('images', names), unitSettings({ variants: 2 }));
    expect(rows.map(({ item, variant }) => `${item} ${variant}`)).toEqual(
      names.flatMap((name) => [`${name} 0`, `${name} 1`]),
    );
    for (const row of rows) {
      expect(row.verdict, row.reason).not.toBe('failed');
      expect(row.output).toBe(`variant-${row.variant}/${row.item}`);
      const bytes = readFileSync(join(to, row.output));
      expect([row.outputSha256, row.outputBytes]).toEqual([sha256(bytes), bytes.length]);
      expect(row.sourceSha256).toBe(sha256(readFileSync(join(from, row.source))));
      expect([row.unit, row.width, row.height]).toEqual([3, 320, 180]);
      const [day, night] = await Promise.all([meanOf(join(from, row.source)), meanOf(join(to, row.output))]);
      expect(night).toBeLessThan(0.6 * day);
    }
    expect(new Set(rows.map(({ outputSha256 }) => outputSha256)).size).toBe(rows.length);
  });

  it('gives the same bytes whatever else is made beside them', async () => {
    const settings = unitSettings({ variants: 2 });
    const [all, some] = [temporaryFolder(), temporaryFolder()];
    const rows = await runUnit({ from, to: all }, unitOf('images', names), settings);
    const reversed = unitOf('images', [...names].reverse());
    const isDone = (item: string, variant: number): boolean => variant === 0 || item === names[1];
    const again = await runUnit({ from, to: some }, reversed, settings, isDone);
    expect(again.map(({ item, variant }) => [item, variant])).toEqual([
      [names[2], 1],
      [names[0], 1],
    ]);
    for (const row of again) {
      const same = rows.find(({ item, variant }) => item === row.item && variant === row.variant);
      expect(row.outputSha256).toBe(same?.outputSha256);
    }
    expect(existsSync(join(some, 'variant-0'))).toBe(false);
  });

  it('writes lamps, light masks and scene masks of the stored size beside the set', async () => {
    const to = temporaryFolder();
    const gains = { hasLamps: true, hasLightMasks: true, hasSceneMasks: true } as const;
    const [row] = await runUnit({ from, to }, unitOf('images', names.slice(0, 1)), unitSettings(gains));
    const list = JSON.parse(readFileSync(join(to, 'nocturne/lamps/000.png.json'), 'utf8')) as Record<string, unknown>;
    expect(list).toMatchObject({ item: '000.png', variant: 0, width: 320, height: 180 });
    expect(list['lamps']).toHaveLength(row?.lamps ?? -1);
    expect(row?.lamps).toBeGreaterThan(0);
    for (const folder of ['light-masks', 'scenes']) {
      const { width, height, channels } = await sharp(join(to, 'nocturne', folder, '000.png.png')).metadata();
      expect([width, height, channels], folder).toEqual([320, 180, 1]);
    }
    const scene = await sharp(join(to, 'nocturne/scenes/000.png.png')).toColourspace('b-w').raw().toBuffer();
    const classes = JSON.parse(readFileSync(join(to, 'nocturne/scenes/classes.json'), 'utf8')) as unknown;
    expect(classes).toEqual({ classes: SURFACES.map((name, index) => ({ index, name })) });
    expect(scene.reduce((most, value) => Math.max(most, value), 0)).toBeLessThan(SURFACES.length);
    expect(scene[10 * 320 + 160]).toBe(SURFACES.indexOf('sky'));
    expect(scene[170 * 320 + 160]).toBe(SURFACES.indexOf('road'));
  });

  it('goes on after an item that fails', async () => {
    const folder = temporaryFolder();
    const [first] = await writeStreet(folder, 1);
    writeFileSync(join(folder, 'broken.jpg'), 'no image');
    const unit = unitOf('images', ['broken.jpg', 'missing.png', first ?? '']);
    const rows = await runUnit({ from: folder, to: temporaryFolder() }, unit, GRADE);
    expect(rows.map(({ verdict }) => verdict === 'failed')).toEqual([true, true, false]);
    expect(rows[0]).toMatchObject({
      output: '',
      outputSha256: '',
      reason: expect.stringContaining('broken.jpg') as string,
    });
    expect(rows[0]?.sourceSha256).toBe(sha256(Buffer.from('no image')));
    expect(rows[1]?.reason).toContain('missing.png does not exist');
  });

  it('goes on after an item whose name the output cannot take, and stops where nothing can be written', async () => {
    const [folder, to] = [temporaryFolder(), temporaryFolder()];
    const [name = ''] = await writeStreet(folder, 1);
    const [item] = unitOf('images', [name]).items;
    if (!item) throw new Error('no item');
    const long = { ...item, id: 'long', output: `${'x'.repeat(300)}.png` };
    const rows = await runUnit({ from: folder, to }, { index: 0, kind: 'images', items: [long, item] }, GRADE);
    expect(rows.map(({ verdict }) => verdict === 'failed')).toEqual([true, false]);
    expect(rows[0]?.reason).toContain('the name is too long');
    const file = join(to, name); // a file, where a folder is needed
    await expect(runUnit({ from: folder, to: file }, unitOf('images', [name]), GRADE)).rejects.toMatchObject({
      code: expect.stringMatching(/^OUTPUT_/) as string,
    });
  });

  it('gives each image a grain of its own', async () => {
    const [folder, to] = [temporaryFolder(), temporaryFolder()];
    const grey = await sharp({ create: { width: 640, height: 360, channels: 3, background: '#909090' } })
      .png()
      .toBuffer();
    const same = ['a.png', 'b.png'];
    for (const name of same) writeFileSync(join(folder, name), grey);
    await runUnit({ from: folder, to }, unitOf('images', same), GRADE);
    const [a, b] = await Promise.all(same.map((name) => noiseOf(join(to, name))));
    expect(correlation(a ?? [], a ?? [])).toBeCloseTo(1);
    expect(Math.abs(correlation(a ?? [], b ?? []))).toBeLessThan(0.02);
  });

  it('stops where the disk is full', async () => {
    const disk = smallDisk(temporaryFolder(), '4m');
    if (!disk) return;
    disk.leave(20_000);
    const run = runUnit({ from, to: disk.folder }, unitOf('images', names), GRADE);
    await expect(run).rejects.toMatchObject({ code: 'OUTPUT_NO_SPACE' });
  });
});

describe('nights', () => {
  it('that are rejected go to the reject folder, or stay', async () => {
    const folder = temporaryFolder();
    // The sun is up: what comes out is no night.
    const recipe = JSON.stringify({ version: 1, name: 'day', time: { range: [10, 10] } });
    const [name = ''] = await writeStreet(folder, 1);
    const unit = unitOf('images', [name]);
    for (const rejects of ['bin', 'keep'] as const) {
      const to = temporaryFolder();
      const [row] = await runUnit({ from: folder, to }, unit, unitSettings({ recipe, rejects }));
      expect(row?.verdict).toBe('rejected');
      expect(row?.reason).toMatch(/^more like a day than a night, \w/); // in words: what of it is unlike a night
      expect(row?.output).toBe(rejects === 'bin' ? `nocturne/rejected/${name}` : name);
      expect(existsSync(join(to, row?.output ?? ''))).toBe(true);
    }
  });
});

const realNights = footage('frames/bddB');

describe.skipIf(realNights === undefined)('a night among the days', () => {
  const folder = temporaryFolder();
  let [nightName, dayName] = ['', ''];

  beforeAll(async () => {
    [nightName = ''] = readdirSync(realNights ?? '');
    copyFileSync(join(realNights ?? '', nightName), join(folder, nightName));
    [dayName = ''] = await writeStreet(folder, 1);
  });

  it.each(['images', 'sequence'] as const)('of a unit of %s is copied byte for byte', async (kind) => {
    const to = temporaryFolder();
    const rows = await runUnit({ from: folder, to }, unitOf(kind, [nightName]), { ...GRADE, nights: 'copy' });
    const bytes = readFileSync(join(folder, nightName));
    expect(rows).toMatchObject([
      { verdict: 'alreadyNight', reason: '', output: nightName, outputSha256: sha256(bytes), lamps: 0 },
    ]);
    expect(rows[0]?.scores.alreadyNight).toBeGreaterThanOrEqual(ALREADY_NIGHT);
    expect(readFileSync(join(to, nightName)).equals(bytes)).toBe(true);
  });

  it.each(['images', 'sequence'] as const)('of a unit of %s is rejected where the settings say so', async (kind) => {
    const to = temporaryFolder();
    const settings = { ...GRADE, nights: 'reject', rejects: 'bin' } as const;
    const rows = await runUnit({ from: folder, to }, unitOf(kind, [nightName]), settings);
    expect(rows).toMatchObject([{ verdict: 'rejected', output: `nocturne/rejected/${nightName}` }]);
    expect(rows[0]?.reason).toMatch(/^the source is a night already: [01]\.\d\d$/);
    expect(existsSync(join(to, nightName))).toBe(false);
  });

  it('stays where its format cannot be written: its pixels, under the name of the plan', async () => {
    const png = { ...unitOf('images', [nightName]).items[0]!, output: 'night.png' };
    const to = temporaryFolder();
    const unit = { index: 0, kind: 'images', items: [png] } as const;
    const [row] = await runUnit({ from: folder, to }, unit, { ...GRADE, nights: 'copy' });
    expect(row).toMatchObject({ verdict: 'alreadyNight', output: 'night.png' });
    const [old, made] = await Promise.all([meanOf(join(folder, nightName)), meanOf(join(to, 'night.png'))]);
    expect(Math.abs(made - old)).toBeLessThan(1);
  });

  it('is translated on demand, and days beside it always are', async () => {
    const unit = unitOf('images', [nightName, dayName]);
    const verdicts = async (nights: 'copy' | 'translate'): Promise<boolean[]> => {
      const rows = await runUnit({ from: folder, to: temporaryFolder() }, unit, { ...GRADE, nights });
      return rows.map(({ verdict }) => verdict === 'alreadyNight');
    };
    expect(await verdicts('copy')).toEqual([true, false]);
    expect(await verdicts('translate')).toEqual([false, false]);
  });
});

async function meanOf(path: string): Promise<number> {
  const { channels } = await sharp(path).stats();
  return channels.reduce((sum, { mean }) => sum + mean, 0) / channels.length;
}

/** What is left of an image without its smooth part. */
async function noiseOf(path: string): Promise<number[]> {
  const plane = await sharp(path).greyscale().raw().toBuffer();
  const smooth = await sharp(path).greyscale().blur(4).raw().toBuffer();
  return Array.from(plane, (value, i) => value - (smooth[i] ?? 0));
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [a, b].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length) as [
    number,
    number,
  ];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(a[i] ?? 0) - meanA, (b[i] ?? 0) - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}
