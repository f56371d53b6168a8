import { z } from 'zod';
import { TIMES } from '../../config/settings.js';
import { DIALS, type DialName } from '../../core/controls.js';
import { MAX_LIKE_PHOTOS } from '../../core/photo-limits.js';
import { LAMP_KINDS } from '../../look/look.js';

/** Dials that a recipe draws by name. The sun follows from `time`, smoothing belongs to the run. */
export const RECIPE_DIALS = [
  ...(['strength', 'exposure', 'warmth', 'lights', 'windows'] as const),
  ...(['streetLamps', 'traffic', 'headlights', 'grain'] as const),
] as const satisfies readonly DialName[];

/** One of {@link RECIPE_DIALS}. */
export type RecipeDial = (typeof RECIPE_DIALS)[number];

/** Names of times of day, as `--time` takes them. */
export const TIME_NAMES = Object.keys(TIMES) as (keyof typeof TIMES)[]; // Object.keys widens to string[]

const share = z.number().min(0).max(1);
const probability = share.exactOptional().describe('That the field applies at all; default 1.');
const weights = z
  .array(z.number().min(0).max(1e6))
  .min(1)
  .exactOptional()
  .describe('How often each choice is drawn, relative to the others; default: equally often.');
/** Either a range or choices, in the published schema; {@link checkSpread} says the same to people. */
const EITHER = { oneOf: [{ required: ['range'] }, { required: ['choices'] }] };

/** What a range and choices have in common, as {@link checkSpread} sees it. */
interface AnySpread {
  readonly range?: readonly [number, number];
  readonly distribution?: 'uniform' | 'log';
  readonly choices?: readonly unknown[];
  readonly weights?: readonly number[];
}

/** Refuses what single fields cannot: neither or both of range and choices, falling ranges, weights of another count. */
function checkSpread(spread: AnySpread, context: z.RefinementCtx): void {
  const { range, choices, weights: shares, distribution } = spread;
  const fault = (field: keyof AnySpread, message: string): void => {
    context.addIssue({ code: 'custom', path: [field], message, input: spread[field] });
  };
  if (range && choices) fault('choices', 'must not stand beside a range');
  if (!range && !choices) fault('range', 'must be given, or choices');
  if (range && range[0] > range[1]) fault('range', 'must rise from its first number to its second');
  if (range && distribution === 'log' && range[0] <= 0) fault('range', 'must be above 0 where its distribution is log');
  if (shares && shares.length !== choices?.length) fault('weights', 'must have one number for each choice');
  if (shares && shares.every((weight) => weight === 0)) fault('weights', 'must not be all 0');
}

/** A field of numbers: a range or choices. @param usual distribution where a range names none. */
function numbers(min: number, max: number, usual: 'uniform' | 'log' = 'uniform') {
  const value = z.number().min(min).max(max);
  return z.strictObject({
    range: z.tuple([value, value]).exactOptional().describe('From, to.'),
    distribution: z.enum(['uniform', 'log']).exactOptional().describe(`Of the range; default ${usual}.`),
    choices: z.array(value).min(1).exactOptional(),
    weights,
  });
}

/** {@link numbers} that stand on their own, so that they may not apply. */
function drawn(min: number, max: number) {
  return numbers(min, max).extend({ probability }).superRefine(checkSpread).meta(EITHER);
}

function part(min: number, max: number, usual?: 'uniform' | 'log') {
  return numbers(min, max, usual).superRefine(checkSpread).meta(EITHER);
}

function dial(name: RecipeDial) {
  const { min, max, help } = DIALS[name];
  return drawn(min, max).exactOptional().describe(`Dial: ${help}.`);
}

const times = numbers(DIALS.sunElevation.min, DIALS.sunElevation.max).extend({
  choices: z
    .array(z.enum(TIME_NAMES as [keyof typeof TIMES, ...(keyof typeof TIMES)[]]))
    .min(1)
    .exactOptional(),
});

/** A recipe, version 1: what `parseRecipe` checks, and what `recipes/recipe.schema.json` publishes. */
export const recipeSchema = z.strictObject({
  $schema: z.string().exactOptional().describe('For editors; ignored.'),
  version: z.literal(1),
  name: z.string().min(1),
  description: z.string().exactOptional(),
  style: z
    .strictObject({ choices: z.array(z.string().min(1)).min(1), weights })
    .superRefine(checkSpread)
    .exactOptional()
    .describe("Night styles: names, or paths of JSON files from the recipe's folder. Default: that of --style."),
  styles: z
    .record(z.string(), z.looseObject({}))
    .exactOptional()
    .describe('Night styles in full (docs/styles.md), by the name that style.choices gives them.'),
  like: z
    .record(z.string(), z.array(z.string().min(1)).min(1).max(MAX_LIKE_PHOTOS))
    .exactOptional()
    .describe(
      "Night photos, paths from the recipe's folder, by the name that style.choices gives the night like them (docs/styles.md).",
    ),
  time: times
    .superRefine(checkSpread)
    .meta(EITHER)
    .exactOptional()
    .describe('Names of times of day as --time takes them, or a range of the elevation of the sun, degrees.'),
  strength: dial('strength'),
  exposure: dial('exposure'),
  warmth: dial('warmth'),
  lights: dial('lights'),
  windows: dial('windows'),
  streetLamps: dial('streetLamps'),
  traffic: dial('traffic'),
  headlights: dial('headlights'),
  grain: dial('grain'),
  darkLamps: z
    .partialRecord(z.enum(LAMP_KINDS), share)
    .exactOptional()
    .describe('Probability that a kind of lamp stays dark in a scene, by kind.'),
  noise: z
    .strictObject({ probability, iso: part(50, 102_400, 'log').describe('ISO sensitivity of the camera.') })
    .exactOptional()
    .describe("Sensor noise in place of the style's grain."),
  motionBlur: z
    .strictObject({
      probability,
      exposureS: part(0.0001, 0.5, 'log').describe('How long the shutter is open, seconds.'),
      speed: part(0, 5).describe('How fast the image moves, widths of the image a second.'),
      angle: part(-180, 180).exactOptional().describe('Degrees from horizontal; default: as the camera drives.'),
    })
    .exactOptional(),
  glare: drawn(0, 1).exactOptional().describe('Light scattered in the lens: 0 none, 1 a dirty windscreen.'),
  whiteBalance: z
    .strictObject({
      probability,
      mireds: part(-200, 200).exactOptional().describe('Error of the white balance: above 0 warmer.'),
      tint: part(-0.3, 0.3).exactOptional().describe('Above 0 more magenta, below more green; shares of green.'),
    })
    .exactOptional(),
  background: z
    .strictObject({
      probability,
      model: z.string().min(1).describe("Key-patch network: folder, card or .onnx file, from the recipe's folder."),
    })
    .exactOptional()
    .describe(
      'Of single images: keeps their labelled objects and makes another night around them, at the size of the network.',
    ),
  jpegQuality: drawn(1, 100).exactOptional().describe('Quality of written JPEG and WebP files.'),
  crf: drawn(0, 63).exactOptional().describe('Constant rate factor of written videos; lower is better.'),
});

/** The JSON Schema (draft 2020-12) of a recipe file. */
export function recipeJsonSchema(): object {
  return {
    ...z.toJSONSchema(recipeSchema, { io: 'input' }),
    title: 'Nocturne recipe',
    description: 'What varies between the nights that `nocturne augment` makes of a data set: see docs/datasets.md.',
  };
}
