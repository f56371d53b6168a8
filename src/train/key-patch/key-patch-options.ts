import {
  choice,
  describeTable,
  integer,
  invalidOption,
  number,
  parseTable,
  share,
  type OptionValues,
} from '../option-table.js';

/** The hyper-parameters of the recipe `key-patch`; the defaults are the published ones, but for `filters`. */
const KEY_PATCH_OPTIONS = {
  seed: integer(1, [0, 2 ** 31 - 1], ['number', 'random seed of weights, order, patches and noise']),
  steps: integer(4000, [1, 10_000_000], ['steps', 'length of the training; a step of D each, of G every second']),
  batch: integer(8, [2, 512], ['images', 'batch size; the batch norms need at least some (published: 64)']),
  side: integer(64, [8, 256], ['samples', 'side of images and patches: 4 times a power of 2; published: 64 and 128']),
  filters: integer(24, [1, 256], ['filters', 'of the outermost levels of G (published: 64): a CPU trains 24']),
  filtersD: integer(24, [1, 256], ['filters', 'of the first layer of D (published: 64)']),
  rate: number(2e-4, [0, 1], ['rate', 'learning rate (Adam) of both, constant']),
  beta1: share(0.5, ['decay', 'Adam']),
  beta2: share(0.999, ['decay', 'Adam']),
  spatial: choice(
    ['l1', 'cross-entropy'],
    'l1',
    'loss of the mask: the published norm, or what guesses uncertain places too',
  ),
  maskStart: number(
    1e-2,
    [1e-9, 1000],
    ['weight', 'of the spatial and the appearance loss in the first epoch of the schedule'],
  ),
  maskEnd: number(1e-4, [1e-9, 1000], ['weight', 'of both in the last; falls on a logarithmic scale']),
  scheduleEpochs: integer(25, [1, 10_000], ['epochs', 'of that schedule, spread evenly over the steps']),
  minPatches: integer(1, [1, 8], ['patches', 'fewest of a set; a batch draws one number for all its sets']),
  maxPatches: integer(3, [1, 8], ['patches', 'most of a set (published: always 3)']),
  synthCount: integer(400, [8, 100_000], ['images', 'of the source synth, painted before the first step']),
  validationShare: number(0.12, [0.01, 0.5], ['share', 'of the images held back, whole groups of them']),
  validateEvery: integer(250, [1, 1_000_000], ['steps', 'between validations']),
  checkpointEvery: integer(250, [1, 1_000_000], ['steps', 'between checkpoints']),
  logEvery: integer(25, [1, 1_000_000], ['steps', 'between entries of the loss log']),
} as const;

/** The values of all options of the recipe `key-patch`. */
export type KeyPatchOptions = OptionValues<typeof KEY_PATCH_OPTIONS>;

/** The given values, and defaults for the rest. Throws NocturneError CONFIG_INVALID for an unknown key or a wrong value. */
export function keyPatchOptions(given: Readonly<Record<string, unknown>> = {}): KeyPatchOptions {
  const options = parseTable(KEY_PATCH_OPTIONS, given);
  const { side, minPatches, maxPatches } = options;
  if (!Number.isInteger(Math.log2(side / 4))) throw invalidOption(`side must be 4 times a power of 2, got ${side}.`);
  if (minPatches > maxPatches) {
    throw invalidOption(`minPatches must not exceed maxPatches, got ${minPatches} and ${maxPatches}.`);
  }
  return options;
}

/** The options as lines; those that differ from the default are marked with `*`. */
export function describeKeyPatchOptions(options: KeyPatchOptions): readonly string[] {
  return describeTable(KEY_PATCH_OPTIONS, options, keyPatchOptions());
}
