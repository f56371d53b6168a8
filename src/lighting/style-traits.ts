import { codedOf } from './display.js';
import { linearOf } from './day-samples.js';
import { parseNightStyle, type NightStyle } from './night-style.js';
import { STYLE_CONSTANTS, type StyleConstant } from './style-constants.js';
import type { LinearColor } from './samples.js';
import { townColor } from './street-lamps.js';

/** One number that a photo of a night can show of its style. */
export interface StyleTrait {
  /** As in docs/styles.md; `lamps` is the mean colour of the lamps. */
  readonly name: string;
  /** Its value in a style, on a scale on which equal steps look about equal. */
  readonly read: (style: NightStyle) => number;
}

/** Constants of a style that a photo shows, each on its own scale. */
const CONSTANTS = [
  'exposure.black',
  'sky.zenith, luminance',
  'sky.zenith, warmth',
  'sky.glow',
  'town.glow',
  'town.unseenLamps',
  'streetLamps.strength',
  'windows.litShare',
  'windows.warmShare',
  'ground.wetness',
  'lens.bloom',
].map(constantOf);

/** Traits that no single constant holds: the lamps' colour, and the exposure in stops. */
const OWN_TRAITS = [
  { name: 'lamps, warmth', read: (style: NightStyle) => warmthOf(townColor(style)) },
  { name: 'lamps, green', read: (style: NightStyle) => greenOf(townColor(style)) },
  { name: 'exposure, stops', read: ({ exposure }: NightStyle) => Math.log2(linearOf(exposure.meanLuma)) },
] as const;

/** What a network reads of a style from photos, in this order. */
export const STYLE_TRAITS: readonly StyleTrait[] = [...OWN_TRAITS, ...CONSTANTS];

/** Share of a lamp colour's distance from the mean colour that stays: lamps of one town differ a little. */
const KEPT_SPREAD = 0.3;
/** Rounds in which the mean of the lamps' colours is brought to the one asked for. */
const ROUNDS = 6;
/** Darkest channel of a lamp. */
const DARKEST = 0.01;
/** Bounds of the gain that reaches an exposure which was read from photos: it must be able to. */
const FREE_GAIN = { min: 0.12, max: 6 } as const;

/** All traits of a style. */
export function traitsOf(style: NightStyle): number[] {
  return STYLE_TRAITS.map(({ read }) => read(style));
}

/**
 * A style with the traits given, in the order of {@link STYLE_TRAITS}; where one is undefined, and for all else, the base's.
 * Values are clamped to the style's ranges.
 */
export function styleOfTraits(values: readonly (number | undefined)[], base: NightStyle): NightStyle {
  const draft = structuredClone(base) as unknown as Record<string, unknown>; // a clone may be changed
  const [warmth, green, stops, ...rest] = values;
  for (const [i, { write, min, max }] of CONSTANTS.entries()) {
    const value = rest[i];
    if (value !== undefined) write(draft, Math.min(max, Math.max(min, value)));
  }
  const { lampColors, lampMix, exposure } = base;
  if (warmth !== undefined || green !== undefined) {
    const own = townColor(base);
    const target = colorOf(warmth ?? warmthOf(own), green ?? greenOf(own));
    draft['lampColors'] = recoloured(lampColors, lampMix, target);
  }
  if (stops !== undefined) {
    const meanLuma = Math.min(0.5, Math.max(0.02, codedOf(2 ** stops)));
    const minGain = Math.min(exposure.minGain, FREE_GAIN.min);
    const maxGain = Math.max(exposure.maxGain, FREE_GAIN.max);
    draft['exposure'] = { ...(draft['exposure'] as object), meanLuma, minGain, maxGain }; // an object, as the schema says
  }
  return parseNightStyle(draft, 'a style like photos');
}

/** The colour of lamps, brightest channel 1. @param warmth logarithm of red over blue. @param green of green over the mean of both. */
export function colorOf(warmth: number, green: number): LinearColor {
  return normalised([Math.exp(warmth / 2 - green), 1, Math.exp(-warmth / 2 - green)]);
}

function warmthOf([red, , blue]: LinearColor): number {
  return Math.log(Math.max(DARKEST, red) / Math.max(DARKEST, blue));
}

function greenOf([red, green, blue]: LinearColor): number {
  return Math.log(Math.max(DARKEST, green)) - 0.5 * Math.log(Math.max(DARKEST, red) * Math.max(DARKEST, blue));
}

type LampColors = NightStyle['lampColors'];

/** The colours nearer to each other, and their mean that of the target. */
function recoloured(colors: LampColors, lampMix: NightStyle['lampMix'], target: LinearColor): LampColors {
  const meanOf = (lampColors: LampColors): LinearColor => normalised(townColor({ lampColors, lampMix }));
  const shifted = (from: LampColors, by: (color: LinearColor, c: 0 | 1 | 2) => number): LampColors => {
    const of = (kind: keyof LampColors): LinearColor =>
      normalised([by(from[kind], 0), by(from[kind], 1), by(from[kind], 2)]);
    return { sodium: of('sodium'), warm: of('warm'), led: of('led') };
  };
  const first = meanOf(colors);
  let result = shifted(colors, (color, c) => target[c] * (Math.max(DARKEST, color[c]) / first[c]) ** KEPT_SPREAD);
  for (let round = 0; round < ROUNDS; round++) {
    const mean = meanOf(result);
    result = shifted(result, (color, c) => (color[c] * target[c]) / mean[c]);
  }
  return result;
}

/** Brightest channel 1. */
function normalised(color: LinearColor): LinearColor {
  const most = Math.max(...color, 1e-6);
  const channel = (c: 0 | 1 | 2): number => Math.max(DARKEST, color[c] / most);
  return [channel(0), channel(1), channel(2)];
}

function constantOf(name: string): StyleConstant {
  const found = STYLE_CONSTANTS.find((constant) => constant.name === name);
  if (!found) throw new RangeError(`name must be one of a style's constants, got ${name}`);
  return found;
}
