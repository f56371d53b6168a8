import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeImage } from '../../../src/image/image-file.js';
import { styleLike } from '../../../src/infer/night-like/style-like.js';
import { readNightStyle, type NightStyle } from '../../../src/lighting/night-style.js';
import { townColor } from '../../../src/lighting/street-lamps.js';
import { STYLE_TRAITS, styleOfTraits } from '../../../src/lighting/style-traits.js';
import { paintedNightDays } from '../../../src/train/night-style/night-days.js';
import { NightRenderer } from '../../../src/train/night-style/night-renderer.js';

const folder = mkdtempSync(join(tmpdir(), 'style-like-'));
const base = readNightStyle('city-led');
const path = (name: string): string => join(folder, `${name}.png`);

/** Nights of streets that no training saw: orange and dark, white and bright. */
const STYLES: Readonly<Record<'orange' | 'white', NightStyle>> = {
  orange: styleWith([2, 0.3, -5.6]),
  white: styleWith([0.1, 0.02, -3.6]),
};

function styleWith(values: readonly number[]): NightStyle {
  return styleOfTraits([...values, ...STYLE_TRAITS.slice(values.length).map(() => undefined)], base);
}

beforeAll(async () => {
  const days = paintedNightDays(3, 4711);
  using renderer = await NightRenderer.open();
  for (const [name, style] of Object.entries(STYLES)) {
    for (const [i, image] of (await renderer.render(days, style, 5)).entries())
      await writeImage(path(`${name}-${i}`), image);
  }
  await writeImage(path('day'), days[0]!.image);
  writeFileSync(path('text'), 'no image');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const photosOf = (name: string): string[] => [0, 1, 2].map((i) => path(`${name}-${i}`));

describe('styleLike', () => {
  test('reads orange and white lamps, and how bright the night is, from photos of it', async () => {
    const orange = await styleLike({ photos: photosOf('orange'), base });
    const white = await styleLike({ photos: photosOf('white'), base });
    const warmth = ({ style }: { style: NightStyle }): number => townColor(style)[0] / townColor(style)[2];
    expect(warmth(orange)).toBeGreaterThan(3);
    expect(warmth(white)).toBeLessThan(2);
    expect(white.style.exposure.meanLuma).toBeGreaterThan(1.4 * orange.style.exposure.meanLuma);
    expect(orange.notices).toEqual([]);
    expect(orange.style.streetLamps.poleM).toBe(base.streetLamps.poleM); // what no photo shows
  });

  test('reads bytes as it reads files, and leaves out what shows a day', async () => {
    const files = await styleLike({ photos: photosOf('white'), base });
    const bytes = await styleLike({ photos: photosOf('white').map((file) => readFileSync(file)), base });
    expect(bytes).toEqual(files);
    const mixed = await styleLike({ photos: [path('day'), ...photosOf('white')], base });
    expect(mixed.notices).toEqual([`${path('day')} shows no night: it is left out`]);
    expect({ ...mixed, notices: [] }).toEqual(files);
  });

  test('refuses in one line what is no night, no image or too much', async () => {
    await expect(styleLike({ photos: [path('day')], base })).rejects.toThrow(
      'the photo shows a day, not a night to be like.',
    );
    await expect(styleLike({ photos: [path('text')], base })).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
    await expect(styleLike({ photos: [path('none')], base })).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
    await expect(styleLike({ photos: [Uint8Array.of(1, 2)], base })).rejects.toThrow(/^cannot decode photo 1: [^\n]+$/);
    await expect(styleLike({ photos: [], base })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(styleLike({ photos: Array<string>(13).fill(path('white-0')), base })).rejects.toThrow(
      /1 to 12, got 13/,
    );
  });
});
