import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawVariant } from '../../../src/augment/recipe/draw-variant.js';
import { parseRecipe, readRecipeWithPhotos, styleOfDraw } from '../../../src/augment/recipe/recipe.js';
import { writeImage } from '../../../src/image/image-file.js';
import { readNightStyle } from '../../../src/lighting/night-style.js';
import { paintedNightDays } from '../../../src/train/night-style/night-days.js';
import { NightRenderer } from '../../../src/train/night-style/night-renderer.js';

const folder = mkdtempSync(join(tmpdir(), 'photo-styles-'));

beforeAll(async () => {
  const [day] = paintedNightDays(1, 4711);
  using renderer = await NightRenderer.open();
  const [night] = await renderer.render([day!], readNightStyle('city-sodium'), 3);
  await writeImage(join(folder, 'night.png'), night!);
  await writeImage(join(folder, 'day.png'), day!.image);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, fields: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ version: 1, name: 'x', ...fields }));
  return path;
}

test('photos of a recipe become a style in its text, so that another machine needs none of them', async () => {
  const path = write('like.json', { style: { choices: ['harbour'] }, like: { harbour: ['night.png'] } });
  const { text } = await readRecipeWithPhotos(path, { style: 'village' });
  expect(text).not.toContain('night.png');
  const recipe = parseRecipe(text, 'elsewhere');
  const draw = drawVariant(recipe, { seed: 1, scene: 'a', variant: 0 });
  expect(draw.style).toBe('harbour');
  const style = styleOfDraw(recipe, draw.style);
  expect(style).toMatchObject({
    name: 'like a photo',
    streetLamps: { poleM: readNightStyle('village').streetLamps.poleM },
  });
  expect(style.exposure).not.toEqual(readNightStyle('village').exposure);
});

test('photos of the run replace the styles of any recipe', async () => {
  const { recipe } = await readRecipeWithPhotos('varied', { style: 'village', like: [join(folder, 'night.png')] });
  for (let variant = 0; variant < 8; variant++) {
    expect(drawVariant(recipe, { seed: 1, scene: 'a', variant }).style).toBe('like');
  }
});

test('a photo of a day and a wrong list are refused in one line', async () => {
  const both = ['night.png', 'day.png'];
  await expect(readRecipeWithPhotos(write('day.json', { like: { a: both } }))).rejects.toThrow(
    /day\.png shows no night\.$/,
  );
  await expect(readRecipeWithPhotos(write('wrong.json', { like: { a: 'night.png' } }))).rejects.toThrow(/like\.a/);
  await expect(readRecipeWithPhotos(write('none.json', { like: { a: ['none.png'] } }))).rejects.toMatchObject({
    code: 'INPUT_NOT_FOUND',
  });
});
