import { parseNightStyle, styleBounds, type NightStyle } from './night-style.js';

/** One number of a night style, or one property of its colours, on a scale on which equal steps do about as much. */
export interface StyleConstant {
  /** Its field, as in docs/styles.md; of a colour also what of it. */
  readonly name: string;
  /** First step of a search, on the scale. */
  readonly step: number;
  readonly min: number;
  readonly max: number;
  /** Its value on the scale. */
  readonly read: (style: NightStyle) => number;
  /** Sets its value on the scale, `min` to `max`. */
  readonly write: (draft: StyleDraft, value: number) => void;
}

/** A style that is being changed. */
type StyleDraft = Record<string, unknown>;
type Path = readonly [field: string, ...(string | number)[]];
type Scale = 'log' | 'logit' | 'linear';

/** First steps: a third more or less; a share of 0.5 to 0.69; a slope. */
const STEPS = { log: 0.3, logit: 0.8, linear: 0.004 } as const;
/** First step of the logarithm of red over blue, and its bounds. */
const WARMTH_STEP = 0.25;
const MAX_WARMTH = 5;
/** What is added to a number before its logarithm, a share of its largest value: 0 is then a value like others. */
const LOG_FLOOR = 0.002;
/** The same for both ends of a share. */
const LOGIT_FLOOR = 0.01;
/** How near to an end of its range, on the scale, a constant is at it. */
const AT_LIMIT = 1e-6;
/** Smallest value of a colour's channel, so that its ratios exist. */
const DARKEST = 1e-5;

/**
 * The constants that a fit changes. Numbers without an upper limit of their own move on a logarithm, shares on a logit, a colour by
 * its luminance (log) and its warmth (log of red over blue). Left out: what distances of thumbnails do not see, such as grain, and
 * what stands for a fact, such as the height of a pole.
 */
export const STYLE_CONSTANTS: readonly StyleConstant[] = [
  ...numbers('exposure', { meanLuma: 'log', minGain: 'log', maxGain: 'log', black: 'log' }),
  luminanceOf('sky', 'zenith'),
  warmthOf('sky', 'zenith'),
  ...numbers('sky', { glow: 'log', glowHeight: 'log' }),
  luminanceOf('town', 'skylight'),
  warmthOf('town', 'skylight'),
  ...numbers('town', { glow: 'log', unseenLamps: 'log', spacingM: 'log', everywhere: 'logit' }),
  ...numbers('beam', { strength: 'log', cutOff: 'linear', signs: 'log' }),
  warmthOf('beam', 'color'),
  ...numbers('streetLamps', { strength: 'log', luma: 'log', glare: 'logit' }),
  ...numbers('traffic', {
    litShare: 'logit',
    halogenShare: 'logit',
    headLuma: 'log',
    tailLuma: 'log',
    plateLuma: 'log',
  }),
  ...numbers('traffic', { headPool: 'log', tailPool: 'log', glare: 'logit' }),
  ...numbers('windows', { litShare: 'logit', luma: 'log', warmShare: 'logit', coolShare: 'logit', spill: 'log' }),
  ...numbers('shops', { luminance: 'log', spill: 'log' }),
  ...numbers('signs', { luminance: 'log' }),
  ...numbers('signals', { luma: 'log', glare: 'logit' }),
  ...numbers('ground', { wetness: 'logit' }),
  ...numbers('lens', { bloom: 'log', veil: 'log', vignette: 'logit' }),
  ...numbers('lampMix', { sodium: 'logit', led: 'logit' }),
  warmthOf('lampColors', 'sodium'),
  warmthOf('lampColors', 'warm'),
  warmthOf('lampColors', 'led'),
];

/** A style as a vector: the value of each of {@link STYLE_CONSTANTS}. */
export function styleVector(style: NightStyle): number[] {
  return STYLE_CONSTANTS.map(({ read }) => read(style));
}

/** The style of a vector; what a vector does not hold, and every constant whose value is the base's own, is the base's. */
export function styleOf(vector: readonly number[], base: NightStyle): NightStyle {
  const draft = structuredClone(base) as unknown as StyleDraft; // a clone may be changed
  for (const [i, { read, write, min, max }] of STYLE_CONSTANTS.entries()) {
    const value = vector[i] ?? 0;
    if (value !== read(base)) write(draft, Math.min(max, Math.max(min, value)));
  }
  return parseNightStyle(draft, 'a fitted style');
}

/** Names of the constants that `fitted` has at an end of their range, where `from` has them inside: the schema limits the fit there. */
export function constantsAtLimit(fitted: NightStyle, from: NightStyle): string[] {
  const isAtEnd = ({ read, min, max }: StyleConstant, style: NightStyle): boolean => {
    const value = read(style);
    return value < min + AT_LIMIT || value > max - AT_LIMIT;
  };
  const limited = STYLE_CONSTANTS.filter((constant) => isAtEnd(constant, fitted) && !isAtEnd(constant, from));
  return limited.map(({ name }) => name);
}

/** The constants of one part of the style that are plain numbers. */
function numbers(part: string, scales: Readonly<Record<string, Scale>>): StyleConstant[] {
  return Object.entries(scales).map(([field, scale]) => {
    const path: Path = [part, field];
    const [min, max] = styleBounds(path);
    const { to, from } = scaleOf(scale, max);
    return {
      name: path.join('.'),
      step: STEPS[scale],
      min: to(min),
      max: to(max),
      read: (style) => to(numberAt(style, path)),
      write: (draft, value) => setAt(draft, path, Math.min(max, Math.max(min, from(value)))),
    };
  });
}

function scaleOf(scale: Scale, max: number): { to: (value: number) => number; from: (value: number) => number } {
  const floor = LOG_FLOOR * max;
  switch (scale) {
    case 'log':
      return { to: (value) => Math.log(value + floor), from: (value) => Math.exp(value) - floor };
    case 'logit':
      return {
        to: (value) => Math.log((value + LOGIT_FLOOR) / (1 - value + LOGIT_FLOOR)),
        from: (value) => (1 + 2 * LOGIT_FLOOR) / (1 + Math.exp(-value)) - LOGIT_FLOOR,
      };
    case 'linear':
      return { to: (value) => value, from: (value) => value };
  }
}

/** The luminance of a colour. */
function luminanceOf(part: string, field: string): StyleConstant {
  const path: Path = [part, field];
  const [, max] = styleBounds([...path, 0]);
  return {
    name: `${path.join('.')}, luminance`,
    step: STEPS.log,
    min: Math.log(DARKEST),
    max: Math.log(max),
    read: (style) => Math.log(luminance(colorAt(style, path))),
    write: (draft, value) => {
      const color = colorAt(draft, path);
      setColor(draft, path, color, Math.exp(value) / luminance(color));
    },
  };
}

/** The logarithm of red over blue of a colour; green moves a little. A lamp's brightest channel stays as it is, else the luminance. */
function warmthOf(part: string, field: string): StyleConstant {
  const path: Path = [part, field];
  const isLamp = part === 'lampColors';
  return {
    name: `${path.join('.')}, warmth`,
    step: WARMTH_STEP,
    min: -MAX_WARMTH,
    max: MAX_WARMTH,
    read: (style) => warmth(colorAt(style, path)),
    write: (draft, value) => {
      const color = colorAt(draft, path);
      const by = value - warmth(color);
      const [red, green, blue] = color;
      const turned = [red * Math.exp(0.5 * by), green * Math.exp(-0.1 * by), blue * Math.exp(-0.5 * by)] as const;
      const gain = isLamp ? Math.max(...color) / Math.max(...turned) : luminance(color) / luminance(turned);
      setColor(draft, path, turned, gain);
    },
  };
}

type Color = readonly [red: number, green: number, blue: number];

function luminance([red, green, blue]: Color): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function warmth([red, , blue]: Color): number {
  return Math.log(red / blue);
}

/** The value at a path; undefined where there is none. */
function valueAt(style: object, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>>)[key], style); // inner values are objects
}

function numberAt(style: object, path: Path): number {
  return Number(valueAt(style, path));
}

/** A colour whose channels are above 0. */
function colorAt(style: object, path: Path): Color {
  const channel = (index: number): number => Math.max(DARKEST, Number(valueAt(style, [...path, index])));
  return [channel(0), channel(1), channel(2)];
}

function setColor(draft: StyleDraft, path: Path, color: Color, gain: number): void {
  const [min, max] = styleBounds([...path, 0]);
  const channels = color.map((channel) => Math.min(max, Math.max(min, channel * gain)));
  setAt(draft, path, channels);
}

function setAt(draft: StyleDraft, path: Path, value: unknown): void {
  const last = path[path.length - 1] ?? '';
  (valueAt(draft, path.slice(0, -1)) as Record<string | number, unknown>)[last] = value; // the parent is an object
}
