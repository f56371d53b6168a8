import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { drawVariant } from '../../../src/augment/recipe/draw-variant.js';
import { recipeJsonSchema } from '../../../src/augment/recipe/recipe-schema.js';
import { parseRecipe, readRecipe, RECIPE_NAMES, styleOfDraw } from '../../../src/augment/recipe/recipe.js';
import { NocturneError } from '../../../src/core/errors.js';
import { readNightStyle } from '../../../src/lighting/night-style.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const RECIPES = fileURLToPath(new URL('../../../recipes/', import.meta.url));

/** The line of a recipe that is refused. */
function lineOf(fields: object | string): string {
  const text = typeof fields === 'string' ? fields : JSON.stringify({ version: 1, name: 'x', ...fields });
  try {
    parseRecipe(text, 'mine.json');
  } catch (error) {
    expect(error).toBeInstanceOf(NocturneError);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    return (error as NocturneError).toLine();
  }
  throw new Error(`accepted: ${text}`);
}

describe('a recipe', () => {
  it.each([
    [{ noise: { iso: { range: [6400, 400] } } }, /noise\.iso\.range: must rise .* got \[6400,400\]/],
    [{ noise: { iso: { range: [1, 400] } } }, /noise\.iso\.range\.0: .*>=50, got 1\b/],
    [{ exposure: { range: [0, 9] } }, /exposure\.range\.1: .*<=3, got 9/],
    [{ exposure: {} }, /exposure\.range: must be given, or choices/],
    [{ exposure: { range: [0, 1], choices: [0] } }, /exposure\.choices: must not stand beside a range, got \[0\]/],
    [{ exposure: { choices: [0, 1], weights: [1] } }, /exposure\.weights: must have one number for each choice/],
    [{ exposure: { choices: [0], weights: [0] } }, /exposure\.weights: must not be all 0/],
    [{ exposure: { range: [-1, 1], distribution: 'log' } }, /exposure\.range: must be above 0 where .*log/],
    [{ glare: { range: [0, 1], probability: 2 } }, /glare\.probability: .*<=1, got 2/],
    [{ time: { choices: ['noon'] } }, /time\.choices\.0: .*"dusk".*got "noon"/],
    [{ darkLamps: { moon: 1 } }, /darkLamps: .*"moon"/],
    [{ grian: { range: [0, 1] } }, /the recipe: .*"grian"/],
    [{ version: 2 }, /version: .*expected 1.*got 2/],
    [{ style: { choices: ['gotham'] } }, /style\.choices: must be of city-led.*got "gotham"/],
    [{ styles: { mine: { name: 'mine' } } }, /mine\.json: styles\.mine is not a night style/],
    ['{', /"mine\.json" is not JSON/],
    ['7', /mine\.json is not a recipe.*got 7/],
  ])('that is wrong is refused in one line: %j', (fields, line) => {
    const found = lineOf(fields);
    expect(found).toMatch(line);
    expect(found).not.toContain('\n');
  });

  it('lists at most three faults', () => {
    const many = Object.fromEntries(['strength', 'lights', 'windows', 'grain', 'crf'].map((name) => [name, {}]));
    expect(lineOf(many)).toMatch(/and 2 more\./);
  });

  it('has a published schema that is current', () => {
    const published: unknown = JSON.parse(readFileSync(join(RECIPES, 'recipe.schema.json'), 'utf8'));
    expect(published).toEqual(JSON.parse(JSON.stringify(recipeJsonSchema())));
  });

  it('that does not exist is refused with the names there are', () => {
    expect(() => readRecipe(join(folder, 'none.json'))).toThrow(/none of plain, varied, adverse and no JSON file/);
  });
});

describe('the recipes of the package', () => {
  it('are those of its folder, and each gives itself again from its text', () => {
    const files = readdirSync(RECIPES).filter((name) => name !== 'recipe.schema.json');
    expect(files.sort()).toEqual(RECIPE_NAMES.map((name) => `${name}.json`).sort());
    for (const name of RECIPE_NAMES) {
      const { recipe, text } = readRecipe(name);
      expect(recipe.name).toBe(name);
      expect(parseRecipe(text, name)).toEqual(recipe);
    }
  });

  it('plain varies nothing', () => {
    const draw = drawVariant(readRecipe('plain').recipe, { seed: 5, scene: 'a', variant: 3, style: 'village' });
    expect(draw).toEqual({ style: 'village', dials: {}, darkKinds: [] });
  });
});

describe('a style of a file', () => {
  const style = readNightStyle('village');

  it('becomes part of the text, so that another machine needs no file', () => {
    mkdirSync(join(folder, 'styles'));
    writeFileSync(join(folder, 'styles', 'mine.json'), JSON.stringify({ ...style, name: 'mine' }));
    const path = join(folder, 'recipe.json');
    const fields = { $schema: './x.json', version: 1, name: 'x', style: { choices: ['styles/mine.json'] } };
    writeFileSync(path, JSON.stringify(fields, null, 3));
    const { recipe, text } = readRecipe(path);
    const draw = drawVariant(parseRecipe(text, 'elsewhere'), { seed: 1, scene: 'a', variant: 0 });
    expect(draw.style).toBe('styles/mine.json');
    expect(styleOfDraw(parseRecipe(text, 'elsewhere'), draw.style)).toEqual({ ...style, name: 'mine' });
    expect(text).not.toContain(folder);
    expect(styleOfDraw(recipe, 'suburb')).toEqual(readNightStyle('suburb'));
  });

  it('of the run is that of a recipe which names none, and no other', () => {
    const path = join(folder, 'run-style.json');
    writeFileSync(path, JSON.stringify({ ...style, name: 'run' }));
    const plain = readRecipe('plain', { style: path });
    expect(styleOfDraw(parseRecipe(plain.text, 'elsewhere'), path).name).toBe('run');
    expect(drawVariant(plain.recipe, { seed: 1, scene: 'a', variant: 0 }).style).toBe(path);
    expect(readRecipe('varied', { style: path })).toEqual(readRecipe('varied'));
  });

  it('that is wrong is refused', () => {
    const path = join(folder, 'wrong.json');
    writeFileSync(path, JSON.stringify({ version: 1, name: 'x', style: { choices: ['nowhere.json'] } }));
    expect(() => readRecipe(path)).toThrow(/nowhere\.json/);
  });
});
