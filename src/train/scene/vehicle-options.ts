import { describeTable, integer, number, parseTable, share, weight, type OptionValues } from '../option-table.js';

/** The hyper-parameters of the recipe `vehicle`. */
const VEHICLE_OPTIONS = {
  seed: integer(1, [0, 2 ** 31 - 1], ['number', 'random seed of weights, order, crops and degradations']),
  steps: integer(5000, [1, 10_000_000], ['steps', 'length of the training']),
  batch: integer(48, [1, 1024], ['crops', 'batch size']),
  rate: number(1.5e-3, [0, 1], ['rate', 'highest learning rate (Adam), after the warm-up; falls to 0 along a cosine']),
  warmUp: integer(200, [0, 1_000_000], ['steps', 'linear rise of the learning rate']),
  beta1: share(0.9, ['decay', 'Adam']),
  beta2: share(0.99, ['decay', 'Adam']),
  averageDecay: share(0.998, ['per step', 'exponential moving average of the weights: those that are exported']),
  lambdaFacing: weight(1, 'cross-entropy of the facing'),
  lambdaLamps: weight(6, 'L1 of the lamps, in sides of the crop'),
  negativeShare: share(0.35, ['share', 'of the crops: no vehicle in the middle']),
  hardShare: share(0.5, [
    'share',
    'of these: places that the shipped scene network takes for one; a resumed run needs the same one',
  ]),
  synthShare: share(0.15, ['share', 'of the crops: painted vehicles']),
  synthCount: integer(300, [0, 100_000], ['images', 'painted streets, made before the first step']),
  validationShare: number(0.12, [0, 0.5], ['share', 'of the images held back, whole groups of them']),
  validateEvery: integer(250, [1, 1_000_000], ['steps', 'between validations']),
  checkpointEvery: integer(500, [1, 1_000_000], ['steps', 'between checkpoints']),
  logEvery: integer(50, [1, 1_000_000], ['steps', 'between entries of the loss log']),
} as const;

/** The values of all options of the recipe `vehicle`. */
export type VehicleOptions = OptionValues<typeof VEHICLE_OPTIONS>;

/** The given values, and defaults for the rest. Throws NocturneError CONFIG_INVALID for an unknown key or a wrong value. */
export function vehicleOptions(given: Readonly<Record<string, unknown>> = {}): VehicleOptions {
  return parseTable(VEHICLE_OPTIONS, given);
}

/** The options as lines; those that differ from the default are marked with `*`. */
export function describeVehicleOptions(options: VehicleOptions): readonly string[] {
  return describeTable(VEHICLE_OPTIONS, options, vehicleOptions());
}
