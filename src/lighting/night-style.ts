import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseJson } from '../core/decode-text.js';
import { NocturneError } from '../core/errors.js';

/** Names of the styles of the package, each `styles/NAME.json`. */
export const STYLE_NAMES = ['city-led', 'city-sodium', 'suburb', 'motorway', 'village'] as const;
/** One of {@link STYLE_NAMES}. */
export type StyleName = (typeof STYLE_NAMES)[number];

/** Folder of the package's styles; the same from `src/` and from `dist/`. */
const STYLES = new URL('../../styles/', import.meta.url);

const share = z.number().min(0).max(1);
const between = (min: number, max: number): z.ZodNumber => z.number().min(min).max(max);
/** Linear red, green, blue of BT.709; the brightest is usually 1. */
const color = z.tuple([between(0, 2), between(0, 2), between(0, 2)]).readonly();

/**
 * A night style. Luminances are relative to what clips, 1, before exposure; lumas of lamps are gamma-coded, above 1 where they
 * clip. Fields and units: docs/styles.md.
 */
const schema = z
  .strictObject({
    name: z.string().min(1),
    version: z.literal(1),
    description: z.string(),
    lampColors: z.strictObject({ sodium: color, warm: color, led: color }),
    lampMix: z
      .strictObject({ sodium: share, warm: share, led: share })
      .refine((mix) => mix.sodium + mix.warm + mix.led > 0, 'must not be all 0'),
    sky: z.strictObject({ zenith: color, glow: between(0, 0.3), glowHeight: between(0.02, 1) }),
    town: z.strictObject({
      skylight: color,
      glow: between(0, 1),
      unseenLamps: between(0, 3),
      spacingM: between(8, 120),
      everywhere: share,
    }),
    beam: z.strictObject({ strength: between(0, 4), color, cutOff: between(-0.05, 0.05), signs: between(0, 10) }),
    streetLamps: z.strictObject({
      strength: between(0, 5),
      poleM: between(3, 20),
      luma: between(0, 4),
      glare: between(0, 1),
    }),
    traffic: z.strictObject({
      litShare: share,
      halogenShare: share,
      headLuma: between(0, 6),
      tailLuma: between(0, 3),
      plateLuma: between(0, 1),
      headPool: between(0, 3),
      tailPool: between(0, 1),
      glare: between(0, 1),
    }),
    windows: z.strictObject({
      litShare: share,
      luma: between(0, 2),
      warmShare: share,
      coolShare: share,
      spill: between(0, 3),
    }),
    shops: z.strictObject({ luminance: between(0, 4), spill: between(0, 3) }),
    signs: z.strictObject({ luminance: between(0, 4) }),
    signals: z.strictObject({ luma: between(0, 4), glare: between(0, 1) }),
    ground: z.strictObject({ wetness: share }),
    exposure: z.strictObject({
      meanLuma: between(0.02, 0.5),
      minGain: between(0.1, 1),
      maxGain: between(1, 8),
      black: between(0, 0.06),
    }),
    lens: z.strictObject({ bloom: between(0, 3), streak: share, veil: between(0, 0.02), vignette: share }),
    grain: z.strictObject({ luma: between(0, 0.1), chroma: between(0, 0.1) }),
  })
  .readonly();

/** All constants of a night: what its lamps are, what its air and its camera do. Fields and units: docs/styles.md. */
export interface NightStyle {
  readonly name: string;
  readonly version: 1;
  readonly description: string;
  readonly lampColors: Readonly<Record<'sodium' | 'warm' | 'led', StyleColor>>;
  readonly lampMix: Readonly<Record<'sodium' | 'warm' | 'led', number>>;
  readonly sky: Readonly<Record<'glow' | 'glowHeight', number>> & { readonly zenith: StyleColor };
  readonly town: Readonly<Record<'glow' | 'unseenLamps' | 'spacingM' | 'everywhere', number>> & {
    readonly skylight: StyleColor;
  };
  readonly beam: Readonly<Record<'strength' | 'cutOff' | 'signs', number>> & { readonly color: StyleColor };
  readonly streetLamps: Readonly<Record<'strength' | 'poleM' | 'luma' | 'glare', number>>;
  readonly traffic: Readonly<
    Record<
      'litShare' | 'halogenShare' | 'headLuma' | 'tailLuma' | 'plateLuma' | 'headPool' | 'tailPool' | 'glare',
      number
    >
  >;
  readonly windows: Readonly<Record<'litShare' | 'luma' | 'warmShare' | 'coolShare' | 'spill', number>>;
  readonly shops: Readonly<Record<'luminance' | 'spill', number>>;
  readonly signs: Readonly<Record<'luminance', number>>;
  readonly signals: Readonly<Record<'luma' | 'glare', number>>;
  readonly ground: Readonly<Record<'wetness', number>>;
  readonly exposure: Readonly<Record<'meanLuma' | 'minGain' | 'maxGain' | 'black', number>>;
  readonly lens: Readonly<Record<'bloom' | 'streak' | 'veil' | 'vignette', number>>;
  readonly grain: Readonly<Record<'luma' | 'chroma', number>>;
}

/** Linear red, green, blue of BT.709. */
type StyleColor = readonly [red: number, green: number, blue: number];

/** Checks a style. Throws NocturneError `CONFIG_INVALID` that names the place, the field and the rule. @param place for messages. */
export function parseNightStyle(values: unknown, place: string): NightStyle {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the style'}: ${message}`);
  throw invalid(`${place} is not a night style. ${faults.join('; ')}.`);
}

/** Reads a style: one of {@link STYLE_NAMES}, or the path of a JSON file. Throws NocturneError `CONFIG_INVALID`. */
export function readNightStyle(nameOrPath: string): NightStyle {
  const shipped = STYLE_NAMES.find((name) => name === nameOrPath);
  const place = shipped === undefined ? nameOrPath : new URL(`${shipped}.json`, STYLES);
  let values: unknown;
  try {
    values = parseJson(readFileSync(place));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const names = STYLE_NAMES.join(', ');
    throw invalid(`the night style ${JSON.stringify(nameOrPath)} is none of ${names} and no JSON file: ${reason}.`);
  }
  return parseNightStyle(values, nameOrPath);
}

/**
 * The bounds of one number of a style. @param path its fields from the outside in; of a colour also the channel, 0 to 2.
 * Throws RangeError where the path names no number.
 */
export function styleBounds(path: readonly (string | number)[]): readonly [min: number, max: number] {
  let at: unknown = schema;
  for (const key of path) {
    const outer = unwrapped(at);
    if (outer instanceof z.ZodObject) at = (outer.shape as Record<string, unknown>)[key];
    else at = outer instanceof z.ZodTuple ? outer.def.items[Number(key)] : undefined;
  }
  const found = unwrapped(at);
  if (found instanceof z.ZodNumber && found.minValue !== null && found.maxValue !== null) {
    return [found.minValue, found.maxValue];
  }
  throw new RangeError(`path must name a number of a night style, got ${path.join('.')}`);
}

function unwrapped(type: unknown): unknown {
  return type instanceof z.ZodReadonly ? type.unwrap() : type;
}

function invalid(message: string): NocturneError {
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message });
}
