import { createHash } from 'node:crypto';
import { TIMES } from '../../config/settings.js';
import { DIALS, type DialName } from '../../core/controls.js';
import { LAMP_KINDS } from '../../look/look.js';
import type { Item } from '../dataset.js';
import type { Draw } from './draw.js';
import type { Probable, Recipe, Spread } from './recipe.js';
import { RECIPE_DIALS, type RecipeDial } from './recipe-schema.js';

/** The style of a recipe that names none. */
const DEFAULT_STYLE = 'city-led';
/** Digits of a drawn number, so that manifests are easy to read. */
const DIGITS = 4;

/** Where a draw belongs. */
export interface DrawPlace {
  /** The run's seed. */
  readonly seed: number;
  /** What items share the draw: `Item.scene`, else the item's id. */
  readonly scene: string;
  /** From 0. */
  readonly variant: number;
  /** Style of a recipe that names none; default `city-led`. */
  readonly style?: string;
}

/**
 * Draws what one variant of one scene looks like. Each value depends on the place, its own name and its own field of the recipe alone: a
 * change of one field changes no other value.
 */
export function drawVariant(recipe: Recipe, place: DrawPlace): Draw {
  const dice = new Dice(place);
  const { time, darkLamps = {}, noise, motionBlur, glare, whiteBalance, background, jpegQuality, crf } = recipe;
  const angle = motionBlur?.angle;
  return {
    style: recipe.style ? dice.choice('style', recipe.style) : (place.style ?? DEFAULT_STYLE),
    dials: dialsOf(recipe, { ...(time && timeOf(time, dice)) }, dice),
    darkKinds: LAMP_KINDS.filter((kind) => dice.unit(`darkLamps.${kind}`) < (darkLamps[kind] ?? 0)),
    ...(noise && dice.applies('noise', noise) && { noise: { iso: dice.number('noise.iso', noise.iso, 'log') } }),
    ...(motionBlur &&
      dice.applies('motionBlur', motionBlur) && {
        motionBlur: {
          exposureS: dice.number('motionBlur.exposureS', motionBlur.exposureS, 'log'),
          speed: dice.number('motionBlur.speed', motionBlur.speed),
          ...(angle && { angle: dice.number('motionBlur.angle', angle) }),
        },
      }),
    ...(glare && dice.applies('glare', glare) && { glare: dice.number('glare', glare) }),
    ...(whiteBalance &&
      dice.applies('whiteBalance', whiteBalance) && {
        whiteBalance: {
          mireds: whiteBalance.mireds ? dice.number('whiteBalance.mireds', whiteBalance.mireds) : 0,
          tint: whiteBalance.tint ? dice.number('whiteBalance.tint', whiteBalance.tint) : 0,
        },
      }),
    ...(background && dice.applies('background', background) && { background: { model: background.model } }),
    ...(jpegQuality &&
      dice.applies('jpegQuality', jpegQuality) && { jpegQuality: dice.integer('jpegQuality', jpegQuality) }),
    ...(crf && dice.applies('crf', crf) && { crf: dice.integer('crf', crf) }),
  };
}

/** The draw of an item: only single images have backgrounds that are made, because those of a video would change from frame to frame. */
export function drawOf(recipe: Recipe, place: DrawPlace, { kind, timeS }: Pick<Item, 'kind' | 'timeS'>): Draw {
  const { background, ...draw } = drawVariant(recipe, place);
  return background && kind === 'image' && timeS === undefined ? { ...draw, background } : draw;
}

/** Returns the seed of one item in one variant, 31 bits: of its grain, its noise, and what its generator draws. */
export function itemSeed(seed: number, item: string, variant: number): number {
  return Math.floor(unitOf(seed, variant, 'item', item) * 2 ** 31);
}

/** Numbers by name, each from a hash of the place and the name. */
class Dice {
  readonly #place: DrawPlace;

  constructor(place: DrawPlace) {
    this.#place = place;
  }

  /** A number from 0 to below 1. */
  unit(name: string): number {
    const { seed, variant, scene } = this.#place;
    return unitOf(seed, variant, name, scene);
  }

  applies(name: string, { probability = 1 }: Probable): boolean {
    return this.unit(`${name}?`) < probability;
  }

  choice<T>(
    name: string,
    { choices, weights }: { readonly choices: readonly T[]; readonly weights?: readonly number[] },
  ): T {
    const shares = weights ?? choices.map(() => 1);
    let left = this.unit(name) * shares.reduce((sum, share) => sum + share, 0);
    const index = shares.findIndex((share) => (left -= share) < 0);
    const found = choices[index < 0 ? shares.findLastIndex((share) => share > 0) : index]; // rounding may leave a trace
    if (found === undefined) throw new RangeError(`${name} must have choices, got none`);
    return found;
  }

  number(name: string, spread: Spread<number>, usual: 'uniform' | 'log' = 'uniform'): number {
    const { range, choices = [], weights, distribution = usual } = spread;
    if (!range) return this.choice(name, { choices, ...(weights && { weights }) });
    const [from, to] = range;
    const unit = this.unit(name);
    const value = distribution === 'log' ? from * (to / from) ** unit : from + (to - from) * unit;
    return Math.min(to, Math.max(from, Number(value.toPrecision(DIGITS))));
  }

  /** Each whole number of the range is equally likely. */
  integer(name: string, spread: Spread<number>): number {
    if (!spread.range || spread.distribution === 'log') return Math.round(this.number(name, spread));
    const [from, to] = [Math.ceil(spread.range[0]), Math.floor(spread.range[1])];
    return Math.min(to, from + Math.floor(this.unit(name) * (to - from + 1)));
  }
}

/** Dials by name. */
type Dials = Partial<Record<DialName, number>>;

function timeOf(time: NonNullable<Recipe['time']>, dice: Dice): Dials {
  const { range, choices = [], weights, distribution } = time;
  if (range) return { sunElevation: dice.number('time', { range, ...(distribution && { distribution }) }) };
  return TIMES[dice.choice('time', { choices, ...(weights && { weights }) })];
}

/** The dials that apply and differ from their defaults. A time of day and the recipe's `windows` multiply. */
function dialsOf(recipe: Recipe, time: Dials, dice: Dice): Dials {
  const dials: Dials = { ...time };
  for (const name of RECIPE_DIALS) {
    const value = dialOf(recipe, name, dice);
    if (value === undefined) continue;
    const { max } = DIALS[name];
    dials[name] = name === 'windows' ? Math.min(max, Number((value * (time.windows ?? 1)).toPrecision(DIGITS))) : value;
  }
  const changed = Object.entries(dials).filter(([name, value]) => value !== DIALS[name as DialName].default);
  return Object.fromEntries(changed);
}

function dialOf(recipe: Recipe, name: RecipeDial, dice: Dice): number | undefined {
  const spread = recipe[name];
  return spread && dice.applies(name, spread) ? dice.number(name, spread) : undefined;
}

/** A number from 0 to below 1, 48 bits of a hash of its place and name. */
function unitOf(seed: number, variant: number, name: string, of: string): number {
  const hash = createHash('sha256')
    .update(JSON.stringify([seed, variant, name, of]))
    .digest();
  return hash.readUIntBE(0, 6) / 2 ** 48;
}
