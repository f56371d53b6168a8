import { mixColors, smoothStep, type LinearColor } from './samples.js';

/** Lowest and highest elevation of the sun that make a difference, in degrees: full night and full day. */
export const [NIGHT_SUN, DAY_SUN] = [-18, 10] as const;

/** What the sun's elevation decides. */
export interface SunState {
  /** Share of the day as it was filmed, 0 to 1. */
  readonly day: number;
  /** Light of the sky on a level ground, linear, before exposure; 0 at night. */
  readonly skylight: LinearColor;
  /** The sky itself at the zenith and at the horizon, linear, before exposure. */
  readonly zenith: LinearColor;
  readonly horizon: LinearColor;
  /** What is on, 0 to 1. */
  readonly streetLamps: number;
  readonly windows: number;
  readonly headlights: number;
  /** Mean luma that a camera exposes for, added to the style's. */
  readonly meanLuma: number;
}

const BLUE: LinearColor = [0.34, 0.52, 1];
const ORANGE: LinearColor = [1, 0.5, 0.2];

/** Returns the state of sky and lamps. @param elevation of the sun above the horizon, in degrees. */
export function sunState(elevation: number): SunState {
  const dusk = smoothStep(NIGHT_SUN, -3, elevation);
  const level = elevation <= NIGHT_SUN ? 0 : 0.5 * 10 ** (Math.min(0, elevation) / 6) * dusk;
  const warm = smoothStep(-9, -1, elevation);
  const horizon = mixColors([0.5, 0.6, 0.9], ORANGE, 0.75 * warm);
  const scale = ([red, green, blue]: LinearColor, by: number): LinearColor => [red * by, green * by, blue * by];
  return {
    day: smoothStep(-2, DAY_SUN - 1, elevation),
    skylight: scale(mixColors(BLUE, [0.7, 0.8, 1], warm), level),
    zenith: scale(BLUE, 0.9 * level),
    horizon: scale(horizon, 1.1 * level),
    streetLamps: 1 - smoothStep(-3, 1, elevation),
    windows: 1 - smoothStep(-5, 3, elevation),
    headlights: 1 - smoothStep(-2, 5, elevation),
    meanLuma: 0.2 * smoothStep(-14, 0, elevation),
  };
}
