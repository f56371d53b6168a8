import { describeTable, integer, number, parseTable, share, weight, type OptionValues } from '../option-table.js';

/** The hyper-parameters of the recipe `night-style`. */
const NIGHT_STYLE_OPTIONS = {
  seed: integer(1, [0, 2 ** 31 - 1], ['number', 'random seed of styles, nights, weights, order and noise']),
  steps: integer(2500, [1, 10_000_000], ['steps', 'length of the training']),
  batch: integer(12, [2, 1024], ['styles', 'batch size: each is a set of patches of one or more nights in one style']),
  patches: integer(
    12,
    [1, 24],
    ['patches', 'of each set, drawn from the 24 of its photos; the product reads all of them'],
  ),
  rate: number(2e-3, [0, 1], ['rate', 'highest learning rate (Adam), after the warm-up; falls to 0 along a cosine']),
  warmUp: integer(100, [0, 1_000_000], ['steps', 'linear rise of the learning rate']),
  beta1: share(0.9, ['decay', 'Adam']),
  beta2: share(0.99, ['decay', 'Adam']),
  averageDecay: share(0.995, ['per step', 'exponential moving average of the weights: those that are exported']),
  momentDecay: share(0.99, ['per step', "moving average of the batch norms' means and variances"]),
  filters: integer(16, [1, 256], ['filters', 'of the first layer of the part encoder; doubled with each layer']),
  hidden: integer(96, [1, 4096], ['units', 'between the summed code and the traits']),
  lambdaNight: weight(0.2, 'cross-entropy of night and day'),
  noise: number(
    0.02,
    [0, 1],
    ['sigma', 'noise added to patches, whose range is -1 to 1; a random share of it for each set'],
  ),
  realShare: share(0.25, [
    'share',
    'of the sets: photos of the data folder, which say night or day and nothing of a style',
  ]),
  styleCount: integer(1200, [8, 1_000_000], ['styles', 'drawn and rendered before the first step']),
  nightsPerStyle: integer(2, [1, 8], ['nights', 'rendered of each style, of different days']),
  synthCount: integer(80, [2, 100_000], ['images', 'painted streets by day']),
  dayCount: integer(200, [0, 100_000], ['images', 'days of the data folder that are lit, evenly spread']),
  photoCount: integer(200, [0, 100_000], ['images', 'nights, and as many days, of the data folder as photos']),
  validationShare: number(
    0.12,
    [0.01, 0.5],
    ['share', 'of the styles and of the days held back; days by whole sources'],
  ),
  validateEvery: integer(500, [1, 1_000_000], ['steps', 'between validations']),
  checkpointEvery: integer(250, [1, 1_000_000], ['steps', 'between checkpoints']),
  logEvery: integer(50, [1, 1_000_000], ['steps', 'between entries of the loss log']),
} as const;

/** The values of all options of the recipe `night-style`. */
export type NightStyleOptions = OptionValues<typeof NIGHT_STYLE_OPTIONS>;

/** The given values, and defaults for the rest. Throws NocturneError CONFIG_INVALID for an unknown key or a wrong value. */
export function nightStyleOptions(given: Readonly<Record<string, unknown>> = {}): NightStyleOptions {
  return parseTable(NIGHT_STYLE_OPTIONS, given);
}

/** The options as lines; those that differ from the default are marked with `*`. */
export function describeNightStyleOptions(options: NightStyleOptions): readonly string[] {
  return describeTable(NIGHT_STYLE_OPTIONS, options, nightStyleOptions());
}
