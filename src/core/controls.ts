/** One dial: a number a user turns while the stream runs. */
export interface Dial {
  readonly min: number;
  readonly max: number;
  readonly default: number;
  /** Step of a slider. */
  readonly step: number;
  readonly label: string;
  /** One line for `--help`, the panel and the docs. */
  readonly help: string;
}

/** Every dial, in the order people see them. Flags, environment, config file, wire and panel are made from this table. */
export const DIALS = {
  strength: {
    min: 0,
    max: 1,
    default: 1,
    step: 0.01,
    label: 'Strength',
    help: 'how much of the night is applied: 0 the day as it came, 1 full night',
  },
  exposure: {
    min: -3,
    max: 3,
    default: 0,
    step: 0.05,
    label: 'Exposure',
    help: 'camera exposure in stops, of the night without its lights',
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
    help: 'strength of lamps, windows, headlights and their glow',
  },
  headlights: {
    min: 0,
    max: 1,
    default: 0,
    step: 0.01,
    label: 'Headlights',
    help: 'pool of light before the own vehicle, for dash-cams',
  },
  grain: {
    min: 0,
    max: 4,
    default: 1,
    step: 0.05,
    label: 'Grain',
    help: 'sensor noise, 1 is sigma 0.008 in luma and 0.003 in chroma',
  },
  smoothing: {
    min: 0,
    max: 1,
    default: 0.6,
    step: 0.01,
    label: 'Smoothing',
    help: 'steadiness of the look over time, 0 none',
  },
} as const satisfies Record<string, Dial>;

/** Name of a dial. */
export type DialName = keyof typeof DIALS;

/** What the picture shows. `split`: day left of the line, night right. `lights`: the lights layer alone, to inspect it. */
export const VIEW_MODES = ['night', 'day', 'split', 'lights'] as const;

/** One of {@link VIEW_MODES}. */
export type ViewMode = (typeof VIEW_MODES)[number];

/** All that can be changed while a stream runs. A value, never mutated. */
export type Controls = Readonly<Record<DialName, number>> & {
  readonly view: ViewMode;
  /** Where the split view's line stands, 0 left to 1 right. */
  readonly split: number;
};

/** Names of all dials. */
export const DIAL_NAMES = Object.keys(DIALS) as DialName[]; // Object.keys widens to string[]

/** The controls a stream starts with. */
export const DEFAULT_CONTROLS: Controls = {
  strength: DIALS.strength.default,
  exposure: DIALS.exposure.default,
  warmth: DIALS.warmth.default,
  lights: DIALS.lights.default,
  headlights: DIALS.headlights.default,
  grain: DIALS.grain.default,
  smoothing: DIALS.smoothing.default,
  view: 'night',
  split: 0.5,
};

/**
 * A partial change, checked: known names, finite numbers inside the dial's range, a known view.
 * Throws RangeError or TypeError with the name, the rule and the value got.
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
