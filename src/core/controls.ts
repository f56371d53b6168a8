/** A number that users change while a stream runs. */
export interface Dial {
  readonly min: number;
  readonly max: number;
  readonly default: number;
  /** Step of a slider. */
  readonly step: number;
  readonly label: string;
  /** One line for `--help`, the control panel and the docs. */
  readonly help: string;
}

/** Every dial, in display order. Flags, environment variables, config file, wire protocol and control panel follow this table. */
export const DIALS = {
  strength: {
    min: 0,
    max: 1,
    default: 1,
    step: 0.01,
    label: 'Strength',
    help: 'how strongly the night is applied: 0 the original day, 1 full night',
  },
  exposure: {
    min: -3,
    max: 3,
    default: 0,
    step: 0.05,
    label: 'Exposure',
    help: 'exposure of the night in stops, without its lights',
  },
  warmth: {
    min: -1,
    max: 1,
    default: 0,
    step: 0.01,
    label: 'Warmth',
    help: 'colour of the night: -1 moonlight blue, 1 sodium orange',
  },
  lights: {
    min: 0,
    max: 2,
    default: 1,
    step: 0.01,
    label: 'Lights',
    help: 'brightness of lamps, windows, headlights and their glow',
  },
  headlights: {
    min: 0,
    max: 2,
    default: 1,
    step: 0.01,
    label: 'Headlights',
    help: "own headlights on the road: with lit, 1 is the style's level where the camera drives; other generators light a fixed beam above 1",
  },
  windows: {
    min: 0,
    max: 2,
    default: 1,
    step: 0.01,
    label: 'Windows',
    help: "share of windows and shops that are lit, 1 is the style's; lit only",
  },
  streetLamps: {
    min: 0,
    max: 2,
    default: 1,
    step: 0.01,
    label: 'Street lamps',
    help: "brightness of street lamps and the town's glow, 1 is the style's; lit only",
  },
  traffic: {
    min: 0,
    max: 2,
    default: 1,
    step: 0.01,
    label: 'Traffic',
    help: "brightness of other vehicles' lamps and of signals, 1 is the style's; lit only",
  },
  sunElevation: {
    min: -18,
    max: 10,
    default: -18,
    step: 0.5,
    label: 'Sun',
    help: 'elevation of the sun in degrees: -18 night, -7 blue hour, -3 dusk, 3 golden hour, 10 day; lit only',
  },
  grain: {
    min: 0,
    max: 4,
    default: 1,
    step: 0.05,
    label: 'Grain',
    help: "sensor noise; 1 is the night style's, or a sigma of 0.008 in luma and 0.003 in chroma",
  },
  smoothing: {
    min: 0,
    max: 1,
    default: 0.9,
    step: 0.01,
    label: 'Smoothing',
    help: 'temporal smoothing of the look; 0 is none',
  },
} as const satisfies Record<string, Dial>;

/** Name of a dial. */
export type DialName = keyof typeof DIALS;

/** The dials that change how a street is lit: they act in the generator, not on its looks. */
export const LIGHTING_DIALS = ['headlights', 'windows', 'streetLamps', 'traffic', 'sunElevation'] as const;

/** Values of the {@link LIGHTING_DIALS}. Immutable. */
export type LightingControls = Readonly<Record<(typeof LIGHTING_DIALS)[number], number>>;

/** What a frame shows. `split`: day left of the line, night right of it. `lights`: lights layer and lamps alone, for inspection. */
export const VIEW_MODES = ['night', 'day', 'split', 'lights'] as const;

/** One of {@link VIEW_MODES}. */
export type ViewMode = (typeof VIEW_MODES)[number];

/** Everything that can change while a stream runs. Immutable. */
export type Controls = Readonly<Record<DialName, number>> & {
  readonly view: ViewMode;
  /** Position of the split view's line, 0 left to 1 right. */
  readonly split: number;
};

/** Names of all dials. */
export const DIAL_NAMES = Object.keys(DIALS) as DialName[]; // Object.keys widens to string[]

/** The initial controls of a stream. */
export const DEFAULT_CONTROLS: Controls = {
  strength: DIALS.strength.default,
  exposure: DIALS.exposure.default,
  warmth: DIALS.warmth.default,
  lights: DIALS.lights.default,
  headlights: DIALS.headlights.default,
  windows: DIALS.windows.default,
  streetLamps: DIALS.streetLamps.default,
  traffic: DIALS.traffic.default,
  sunElevation: DIALS.sunElevation.default,
  grain: DIALS.grain.default,
  smoothing: DIALS.smoothing.default,
  view: 'night',
  split: 0.5,
};

/** Copies the lighting dials out of the controls. */
export function lightingOf({
  headlights,
  windows,
  streetLamps,
  traffic,
  sunElevation,
}: LightingControls): LightingControls {
  return { headlights, windows, streetLamps, traffic, sunElevation };
}

/**
 * Checks a partial change: known names, numbers inside their dial's range, a known view.
 * Throws RangeError or TypeError with the name, the rule and the value.
 */
export function checkControls(change: Readonly<Record<string, unknown>>): Partial<Controls> {
  const checked: Partial<Record<keyof Controls, number | ViewMode>> = {};
  for (const [name, value] of Object.entries(change)) {
    if (name === 'view') {
      const view = VIEW_MODES.find((v) => v === value);
      if (!view) throw new RangeError(`view must be one of ${VIEW_MODES.join(', ')}, got ${JSON.stringify(value)}`);
      checked.view = view;
      continue;
    }
    const range =
      name === 'split' ? { min: 0, max: 1 } : Object.hasOwn(DIALS, name) ? DIALS[name as DialName] : undefined;
    if (!range) throw new TypeError(`unknown control ${JSON.stringify(name)}`);
    if (typeof value !== 'number' || !(value >= range.min && value <= range.max)) {
      throw new RangeError(`${name} must be a number from ${range.min} to ${range.max}, got ${JSON.stringify(value)}`);
    }
    checked[name as DialName | 'split'] = value; // hasOwn above proved the name
  }
  return checked as Partial<Controls>; // each value was checked against its name
}
