import type { Random } from '../../core/random.js';
import { readNightStyle, STYLE_NAMES, type NightStyle } from '../../lighting/night-style.js';
import { STYLE_CONSTANTS } from '../../lighting/style-constants.js';
import { colorOf, STYLE_TRAITS, styleOfTraits, traitsOf } from '../../lighting/style-traits.js';
import { linearOf } from '../../lighting/day-samples.js';

/** How far constants are drawn from those of a style of the package, in steps of a fit. */
const SPREAD = 1.2;
/** Mean luma of drawn nights. */
const MEAN_LUMA = [0.06, 0.38] as const;
/** Warmth and green of drawn lamps: from white-blue LEDs over tungsten to sodium. */
const WARMTH = [-0.45, 2.3] as const;
const GREEN = [-0.12, 0.45] as const;
/** Ranges of traits that photos show and styles of the package vary too little, by name: their own scale. */
const WIDE: Readonly<Record<string, readonly [number, number]>> = {
  'sky.zenith, luminance': [Math.log(0.0006), Math.log(0.05)],
  'sky.zenith, warmth': [-1.8, 1.8],
};

/** A night style drawn at random: one of the package's with other constants. Its name is that of the other. */
export function randomStyle(random: Random): NightStyle {
  const base = readNightStyle(random.pick(STYLE_NAMES));
  const draft = structuredClone(base) as unknown as Record<string, unknown>; // a clone may be changed
  for (const { read, write, step, min, max } of STYLE_CONSTANTS) {
    const value = read(base) + SPREAD * step * random.normal();
    write(draft, Math.min(max, Math.max(min, value)));
  }
  const drawn = draft as unknown as NightStyle; // each constant is in its range
  const traits: (number | undefined)[] = traitsOf(drawn);
  const [warmth, green] = drawLamp(random);
  traits[0] = warmth;
  traits[1] = green;
  traits[2] = Math.log2(linearOf(random.between(...MEAN_LUMA)));
  for (const [i, { name }] of STYLE_TRAITS.entries()) {
    const wide = WIDE[name];
    if (wide) traits[i] = random.between(...wide);
  }
  return styleOfTraits(traits, drawn);
}

/** Warmth and green of the lamps: warm light is greener than the mean of its red and blue. */
function drawLamp(random: Random): [number, number] {
  const warmth = random.between(...WARMTH);
  const usual = 0.05 + 0.13 * Math.max(0, warmth);
  const green = Math.min(GREEN[1], Math.max(GREEN[0], usual + 0.1 * random.normal()));
  return [warmth, green];
}

/** Colours are compared by their channels, the brightest 1. @returns the largest difference of a channel. */
export function colorError(a: readonly number[], b: readonly number[]): number {
  const [first, second] = [colorOf(a[0] ?? 0, a[1] ?? 0), colorOf(b[0] ?? 0, b[1] ?? 0)];
  return Math.max(...first.map((value, c) => Math.abs(value - (second[c] ?? 0))));
}
