import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseJson } from '../../core/decode-text.js';
import { NocturneError } from '../../core/errors.js';
import { withPhotoStyles } from './photo-styles.js';
import { parseNightStyle, readNightStyle, STYLE_NAMES, type NightStyle } from '../../lighting/night-style.js';
import type { LampKind } from '../../look/look.js';
import { recipeSchema, type RecipeDial, type TIME_NAMES } from './recipe-schema.js';

/** Names of the recipes of the package, each `recipes/NAME.json`. */
export const RECIPE_NAMES = ['plain', 'varied', 'adverse'] as const;

/** Folder of the package's recipes; the same from `src/` and from `dist/`. */
const RECIPES = new URL('../../../recipes/', import.meta.url);
/** Faults that one message lists. */
const MAX_FAULTS = 3;
/** Characters of a wrong value that a message shows. */
const MAX_VALUE_LENGTH = 60;

/** What one value is drawn from: a range or choices, never both. */
export interface Spread<T> {
  readonly range?: readonly [from: number, to: number];
  /** Of the range; absent: `log` for `iso` and `exposureS`, else `uniform`. */
  readonly distribution?: 'uniform' | 'log';
  readonly choices?: readonly T[];
  /** One for each choice; absent: equally often. */
  readonly weights?: readonly number[];
}

/** What applies with a probability, by default always. */
export interface Probable {
  readonly probability?: number;
}

/** What varies between the nights of a data set; ranges and units are those of {@link Draw} and of `recipes/recipe.schema.json`. */
export interface Recipe extends Readonly<Partial<Record<RecipeDial, Spread<number> & Probable>>> {
  readonly version: 1;
  readonly name: string;
  readonly description?: string;
  /** Names of the package's styles or keys of {@link styles}. */
  readonly style?: Pick<Spread<string>, 'weights'> & { readonly choices: readonly string[] };
  /** Styles that are no part of the package, in full. */
  readonly styles: Readonly<Record<string, NightStyle>>;
  /** Times of day, or a range of the sun's elevation. */
  readonly time?: Spread<(typeof TIME_NAMES)[number]>;
  /** Probability that a kind of lamp stays dark. */
  readonly darkLamps?: Readonly<Partial<Record<LampKind, number>>>;
  readonly noise?: Probable & { readonly iso: Spread<number> };
  readonly motionBlur?: Probable & {
    readonly exposureS: Spread<number>;
    readonly speed: Spread<number>;
    readonly angle?: Spread<number>;
  };
  readonly glare?: Spread<number> & Probable;
  readonly whiteBalance?: Probable & { readonly mireds?: Spread<number>; readonly tint?: Spread<number> };
  /** Makes another night around the labelled objects of single images. */
  readonly background?: Probable & {
    /** Path of a key-patch network; absolute once a recipe file is read. */
    readonly model: string;
  };
  readonly jpegQuality?: Spread<number> & Probable;
  readonly crf?: Spread<number> & Probable;
}

/** A recipe, and the text that gives it again on any machine. */
export interface ReadRecipe {
  readonly recipe: Recipe;
  /** JSON that needs no other file: {@link parseRecipe} reads it. The white space of a file is not in it. */
  readonly text: string;
}

/**
 * Checks the text of a recipe that needs no other file. Throws NocturneError CONFIG_INVALID, one line with the field, the rule and the
 * value. @param label of the recipe, for messages.
 */
export function parseRecipe(text: string, label: string): Recipe {
  return checkRecipe(
    parsed(() => JSON.parse(text) as unknown, label),
    label,
  );
}

/**
 * Reads a recipe: one of {@link RECIPE_NAMES} or the path of a JSON file. Style files that it names, from its own folder, become part of
 * its text. Throws NocturneError CONFIG_INVALID.
 * @param options.style the style of a recipe that names none, a name or a path from the working folder; it becomes part of the text too.
 */
export function readRecipe(nameOrPath: string, { style }: { readonly style?: string } = {}): ReadRecipe {
  const { values, folder } = readValues(nameOrPath);
  return finishRecipe(values, { folder, label: nameOrPath, style });
}

/** What a recipe is read with. */
export interface RecipePhotosOptions {
  readonly style?: string;
  /** Night photos: each night of the recipe is like them, in place of its styles. */
  readonly like?: readonly string[];
}

/**
 * The same, and styles that are read from photos, of its field `like` and of the option, become part of its text.
 * Rejects with NocturneError CONFIG_INVALID, also for a photo that shows no night, and with INPUT_ codes for photos.
 */
export async function readRecipeWithPhotos(nameOrPath: string, options: RecipePhotosOptions = {}): Promise<ReadRecipe> {
  const { style } = options;
  const { values, folder } = readValues(nameOrPath);
  const read = await withPhotoStyles(values, { folder, ...options });
  return finishRecipe(read, { folder, label: nameOrPath, style });
}

/** The JSON of a recipe, and where its paths begin. */
function readValues(nameOrPath: string): { readonly values: unknown; readonly folder: string } {
  const shipped = RECIPE_NAMES.find((name) => name === nameOrPath);
  const place = shipped === undefined ? nameOrPath : new URL(`${shipped}.json`, RECIPES);
  const values = parsed(() => parseJson(readFileSync(place)), nameOrPath, shipped === undefined);
  return { values, folder: shipped === undefined ? dirname(nameOrPath) : '.' };
}

function finishRecipe(
  values: unknown,
  { folder, label, style }: { readonly folder: string; readonly label: string; readonly style?: string | undefined },
): ReadRecipe {
  const isStyled = style === undefined || !isObject(values) || values['style'] !== undefined;
  const inlined = isStyled ? withStyles(values, folder) : withStyles({ ...values, style: { choices: [style] } }, '.');
  const whole = withModelPath(inlined, folder);
  const recipe = checkRecipe(whole, label);
  return { recipe, text: JSON.stringify(whole) };
}

/** The style that a draw of a recipe names. Throws NocturneError CONFIG_INVALID where there is none of that name. */
export function styleOfDraw(recipe: Recipe, style: string): NightStyle {
  return recipe.styles[style] ?? readNightStyle(style);
}

/** Adds to a recipe's `styles` the files that its `style` names, and drops what is for editors. */
function withStyles(values: unknown, folder: string): unknown {
  if (!isObject(values)) return values;
  const fields = Object.fromEntries(Object.entries(values).filter(([key]) => key !== '$schema'));
  const { style, styles = {} } = values;
  if (!isObject(style) || !Array.isArray(style['choices']) || !isObject(styles)) return fields;
  const isFile = (choice: unknown): choice is string =>
    typeof choice === 'string' && !isShippedStyle(choice) && !Object.hasOwn(styles, choice);
  const files = style['choices'].filter(isFile);
  if (files.length === 0) return fields;
  const read = files.map((file) => [file, readNightStyle(resolve(folder, file))] as const);
  return { ...fields, styles: { ...styles, ...Object.fromEntries(read) } };
}

/** Makes the path of the model of `background` absolute. */
function withModelPath(values: unknown, folder: string): unknown {
  if (!isObject(values) || !isObject(values['background'])) return values;
  const { background } = values;
  const { model } = background;
  if (typeof model !== 'string') return values;
  return { ...values, background: { ...background, model: resolve(folder, model) } };
}

function checkRecipe(values: unknown, label: string): Recipe {
  const result = recipeSchema.safeParse(values, { reportInput: true });
  if (!result.success) {
    const faults = result.error.issues.map(({ code, path, message, input }) => {
      const got = code === 'unrecognized_keys' || input === undefined ? '' : `, got ${shown(input)}`;
      return `${path.join('.') || 'the recipe'}: ${message}${got}`;
    });
    const more = faults.length > MAX_FAULTS ? `; and ${faults.length - MAX_FAULTS} more` : '';
    throw invalid(`${label} is not a recipe. ${faults.slice(0, MAX_FAULTS).join('; ')}${more}.`);
  }
  const { styles = {}, ...fields } = result.data;
  delete fields.like; // its photos were read, or none of its styles is drawn
  const parsedStyles = Object.entries(styles).map(
    ([name, style]) => [name, parseNightStyle(style, `${label}: styles.${name}`)] as const,
  );
  const unknown = fields.style?.choices.find((name) => !isShippedStyle(name) && !Object.hasOwn(styles, name));
  if (unknown !== undefined) {
    const names = [...STYLE_NAMES, ...Object.keys(styles)].join(', ');
    throw invalid(`${label} is not a recipe. style.choices: must be of ${names}, got ${shown(unknown)}.`);
  }
  return { ...fields, styles: Object.fromEntries(parsedStyles) };
}

function parsed(read: () => unknown, label: string, isPath = false): unknown {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const what = isPath ? `is none of ${RECIPE_NAMES.join(', ')} and no JSON file` : 'is not JSON';
    throw invalid(`the recipe ${JSON.stringify(label)} ${what}: ${reason}.`);
  }
}

/** A value as a message shows it. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}...` : text;
}

function isShippedStyle(name: string): boolean {
  return STYLE_NAMES.some((shipped) => shipped === name);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string): NocturneError {
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message });
}
