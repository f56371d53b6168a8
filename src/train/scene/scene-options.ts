import {
  checkMultiples,
  describeTable,
  integer,
  number,
  parseTable,
  share,
  weight,
  type OptionValues,
} from '../option-table.js';

/** What all sides of the input are multiples of: the encoder halves them five times. */
const SIDE_STEP = 32;

/** The hyper-parameters of the recipe `scene`. */
const SCENE_OPTIONS = {
  seed: integer(1, [0, 2 ** 31 - 1], ['number', 'random seed of weights, order, crops and degradations']),
  steps: integer(14_000, [1, 10_000_000], ['steps', 'length of the training']),
  batch: integer(8, [1, 64], ['images', 'batch size']),
  width: integer(448, [64, 1024], ['samples', 'columns of the network’s input; a multiple of 32']),
  height: integer(256, [64, 1024], ['samples', 'rows of it; a multiple of 32']),
  cropWidth: integer(320, [64, 1024], ['samples', 'columns of the crops that most steps train on; a multiple of 32']),
  cropHeight: integer(192, [64, 1024], ['samples', 'rows of them']),
  wholeSteps: integer(1500, [0, 1_000_000], ['steps', 'at the end: whole images at the network’s own size']),
  rate: number(1e-3, [0, 1], ['rate', 'highest learning rate (Adam), after the warm-up; falls to 0 along a cosine']),
  warmUp: integer(300, [0, 1_000_000], ['steps', 'linear rise of the learning rate']),
  beta1: share(0.9, ['decay', 'Adam']),
  beta2: share(0.99, ['decay', 'Adam']),
  averageDecay: share(0.999, ['per step', 'exponential moving average of the weights: those that are exported']),
  classPower: number(-0.35, [-1, 0], ['exponent', 'weight of a surface: its frequency to this power']),
  lambdaHeat: weight(0.3, 'focal loss of the vehicles’ centres'),
  lambdaFacing: weight(0.3, 'cross-entropy of the vehicles’ facing'),
  lambdaSize: weight(0.2, 'L1 of the vehicles’ log size and offset'),
  lambdaLamps: weight(0.5, 'L1 of the vehicles’ lamps, in widths and heights'),
  synthShare: share(0.2, ['share', 'of the batch: painted streets']),
  synthCount: integer(600, [0, 100_000], ['images', 'painted streets, made before the first step']),
  bonnetShare: share(0.15, ['share', 'of the labelled streets: a bonnet or dashboard is painted into them']),
  nonStreetCount: integer(
    300,
    [0, 100_000],
    ['images', 'noise, text and patterns among the painted ones: where nothing may be found'],
  ),
  validationShare: number(0.12, [0, 0.5], ['share', 'of the images held back, whole groups of them']),
  validateEvery: integer(1000, [1, 1_000_000], ['steps', 'between validations']),
  checkpointEvery: integer(500, [1, 1_000_000], ['steps', 'between checkpoints']),
  logEvery: integer(50, [1, 1_000_000], ['steps', 'between entries of the loss log']),
} as const;

/** The values of all options of the recipe `scene`. */
export type SceneOptions = OptionValues<typeof SCENE_OPTIONS>;

/** The given values, and defaults for the rest. Throws NocturneError CONFIG_INVALID for an unknown key or a wrong value. */
export function sceneOptions(given: Readonly<Record<string, unknown>> = {}): SceneOptions {
  const options = parseTable(SCENE_OPTIONS, given);
  checkMultiples(options, ['width', 'height', 'cropWidth', 'cropHeight'], SIDE_STEP);
  return options;
}

/** The options as lines; those that differ from the default are marked with `*`. */
export function describeSceneOptions(options: SceneOptions): readonly string[] {
  return describeTable(SCENE_OPTIONS, options, sceneOptions());
}
