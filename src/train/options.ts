import { NocturneError } from '../core/errors.js';

interface NumberOption {
  readonly kind: 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly isInteger: boolean;
  readonly unit: string;
  readonly why: string;
}

interface ChoiceOption<V extends string> {
  readonly kind: 'choice';
  readonly default: V;
  readonly values: readonly V[];
  readonly unit: string;
  readonly why: string;
}

type Place = readonly [unit: string, why: string];

const number = (initial: number, [min, max]: readonly [number, number], [unit, why]: Place): NumberOption => ({
  kind: 'number',
  default: initial,
  min,
  max,
  isInteger: false,
  unit,
  why,
});
const integer = (initial: number, range: readonly [number, number], place: Place): NumberOption => ({
  ...number(initial, range, place),
  isInteger: true,
});
const share = (initial: number, place: Place): NumberOption => number(initial, [0, 1], place);
const weight = (initial: number, why: string): NumberOption => number(initial, [0, 1000], ['weight', why]);
const choice = <const V extends string>(values: readonly V[], initial: NoInfer<V>, why: string): ChoiceOption<V> => ({
  kind: 'choice',
  default: initial,
  values,
  unit: 'name',
  why,
});

/** Every hyper-parameter of a training, with the default of the look network's recipe. */
export const TRAIN_OPTIONS = {
  generator: choice(
    ['nightgrid', 'resnet9', 'resnet6', 'unet'],
    'nightgrid',
    'netGA: the look network, or one of CycleGAN’s',
  ),
  dataset: choice(['unaligned', 'aligned', 'single'], 'unaligned', 'how pictures of the two domains belong together'),
  seed: integer(1, [0, 2 ** 31 - 1], ['number', 'of every chance: weights, order, crops, noise']),

  steps: integer(6800, [1, 10_000_000], ['steps', 'length of the training, distillation included']),
  batch: integer(2, [1, 64], ['pictures', 'of each domain a step; CycleGAN has 1']),
  distillSteps: integer(
    6000,
    [0, 1_000_000],
    ['steps', 'learn the grade first: a network that starts at night stays there, and lights need thousands'],
  ),
  constantShare: share(0.9, [
    'share',
    'of the steps at the full learning rate; then it falls to zero in a line; CycleGAN has half',
  ]),
  rateG: number(2e-4, [0, 1], ['a step', 'Adam, generators']),
  rateD: number(3e-4, [0, 1], ['a step', 'Adam, discriminators: ahead of the generators']),
  rateStart: number(0.25, [0, 10], ['factor', 'of rateG for the constant grid, which every picture shares']),
  rateDistill: number(
    4e-4,
    [0, 1],
    ['a step', 'Adam, while the grade is learned: a plain regression bears a little more'],
  ),
  beta1: share(0.5, ['decay', 'Adam: little momentum, for the game moves']),
  beta2: share(0.99, ['decay', 'Adam']),
  averageDecay: share(0.999, ['a step', 'exponential average of netGA, which is what is exported']),

  gan: choice(['lsgan', 'vanilla', 'hinge'], 'lsgan', 'how the discriminators judge; CycleGAN has least squares'),
  lambdaGan: weight(1, 'the discriminator’s word on netGA'),
  lambdaCycleA: weight(0.5, 'day again after night; CycleGAN has 10, a look hardly can lose the street'),
  lambdaCycleB: weight(0, 'night again after day; 0 leaves netDB out'),
  lambdaIdentity: weight(0, 'netGA leaves nights as they are, by lambdaCycleB; it pulls a look towards doing nothing'),
  teacherExposure: number(
    2.2,
    [0.1, 10],
    ['factor', 'on the grade’s luma by day: real nights are brighter than it (docs/training.md)'],
  ),
  teacherLights: number(3, [0, 10], ['factor', 'on the grade’s lights by day']),
  teacherWarmth: number(
    1,
    [0, 4],
    ['factor', 'on the warmth of street lamps that the grade lacks, as measured in real nights'],
  ),
  lambdaTeacher: weight(0.6, 'distance of the grid from the grade’s: without an anchor the adversary drifts'),
  lambdaTeacherLights: weight(1, 'distance of the lights from the grade’s, while distilling and for pictures of night'),
  lambdaLights: weight(1, 'the same afterwards: where something shines is not the adversary’s to say'),
  lambdaSky: weight(1, 'night above the grade’s sky: adversaries like a glow over the horizon'),
  lambdaVariation: weight(0.5, 'differences between neighbouring cells of the grid'),
  lambdaChroma: weight(
    4,
    'factor of the chroma rows in both: no orange beside cyan, no tinted lamplight on all that is pale',
  ),
  lambdaColor: weight(30, 'chroma that the day does not know: no lamp is invented by tinting a wall'),
  lambdaBright: weight(1, 'night above the luma of its own day, lights left out: walls do not shine'),
  lambdaCore: weight(0, 'light in all'),
  lambdaSteady: weight(0, 'night that does not move as its day does (docs/training.md)'),
  nightShare: share(0.25, ['share', 'of the days of a batch that are nights, which the teacher leaves alone']),

  ngf: integer(64, [1, 512], ['filters', 'first layer of a classic netGA']),
  downs: integer(7, [2, 7], ['halvings', 'of netGA, where it is a U-Net']),
  ngfB: integer(24, [1, 512], ['filters', 'first layer of netGB']),
  downsB: integer(4, [2, 7], ['halvings', 'of netGB, where it is a U-Net']),
  ndf: integer(32, [1, 512], ['filters', 'first layer of the discriminators']),
  layersD: integer(3, [1, 5], ['layers', 'with stride 2 in a discriminator: 3 judges patches of 70 x 70']),
  scalesD: choice(['1', '1,4', '1,2,4'], '1,4', 'a discriminator for each: the picture, and averages of n x n'),
  normD: choice(
    ['spectral', 'instance', 'none'],
    'spectral',
    'instance norm hides exactly what makes night: brightness',
  ),
  noiseD: number(0.02, [0, 1], ['sigma', 'most noise on what discriminators see: sensors are not the difference']),
  chromaD: number(1, [0, 8], ['factor', 'chroma as discriminators see it: night differs by little of it']),
  dayNegatives: integer(4, [0, 1000], ['steps', 'between days shown to netDA as fakes; 0 never']),
  pool: integer(50, [0, 10_000], ['pictures', 'history of fakes shown to the discriminators']),

  exposure: share(0.5, ['probability', 'another exposure of a picture']),
  whiteBalance: share(0.5, ['probability', 'another white balance']),
  noise: share(0.5, ['probability', 'sensor noise']),
  loadWidth: integer(286, [256, 4096], ['pixels', 'a picture in memory, from which crops are taken']),
  loadHeight: integer(161, [144, 4096], ['pixels', 'see loadWidth']),

  validationShare: number(
    0.12,
    [0, 0.5],
    ['share', 'of the training pictures that is held back to choose the checkpoint by'],
  ),
  validateEvery: integer(250, [1, 1_000_000], ['steps', 'between two measurements on it']),
  sampleEvery: integer(500, [1, 1_000_000], ['steps', 'between two sample sheets']),
  checkpointEvery: integer(500, [1, 1_000_000], ['steps', 'between two checkpoints']),
  logEvery: integer(25, [1, 1_000_000], ['steps', 'between two lines of the loss log']),
} as const;

type Value<O> = O extends ChoiceOption<infer V> ? V : number;

/** Values of all {@link TRAIN_OPTIONS}. */
export type TrainOptions = { readonly [K in keyof typeof TRAIN_OPTIONS]: Value<(typeof TRAIN_OPTIONS)[K]> };

/** CycleGAN as published (Zhu et al. 2017), for the classic generators; batch 1, 200 epochs of trainA are the user's to set. */
const CLASSIC: Partial<TrainOptions> = {
  batch: 1,
  distillSteps: 0,
  constantShare: 0.5,
  rateD: 2e-4,
  beta2: 0.999,
  lambdaCycleA: 10,
  lambdaCycleB: 10,
  lambdaIdentity: 0.5,
  ndf: 64,
  ngfB: 64,
  scalesD: '1',
  normD: 'instance',
  noiseD: 0,
  chromaD: 1,
  dayNegatives: 0,
  nightShare: 0,
  exposure: 0,
  whiteBalance: 0,
  noise: 0,
};

/** Given values over the defaults of the generator that they name. Throws NocturneError CONFIG_INVALID for an unknown key or a wrong value. */
export function trainOptions(given: Readonly<Record<string, unknown>> = {}): TrainOptions {
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) values[key] = checked(key, value);
  const generator = values['generator'] ?? TRAIN_OPTIONS.generator.default;
  const defaults = Object.fromEntries(Object.entries(TRAIN_OPTIONS).map(([key, option]) => [key, option.default]));
  const recipe = generator === 'nightgrid' ? {} : CLASSIC;
  return { ...defaults, ...recipe, ...values } as TrainOptions; // every key has its default, every given one was checked
}

/** The options as lines: name, value, unit, why; those that differ from the default marked with `*`. */
export function describeOptions(options: TrainOptions): readonly string[] {
  const standard = trainOptions({ generator: options.generator });
  return Object.entries(TRAIN_OPTIONS).map(([key, { unit, why }]) => {
    const name = key as keyof TrainOptions; // a key of the table
    const mark = options[name] === standard[name] ? ' ' : '*';
    return `${mark} ${name.padEnd(20)} ${String(options[name]).padEnd(10)} ${unit.padEnd(12)} ${why}`;
  });
}

function checked(key: string, value: unknown): unknown {
  const option = Object.entries(TRAIN_OPTIONS).find(([name]) => name === key)?.[1];
  if (!option) throw wrong(`no training option is named ${key}.`);
  if (option.kind === 'choice') {
    if (option.values.some((known) => known === value)) return value;
    throw wrong(`${key} must be one of ${option.values.join(', ')}, got ${JSON.stringify(value)}.`);
  }
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  const isFit = typeof parsed === 'number' && parsed >= option.min && parsed <= option.max;
  if (isFit && (!option.isInteger || Number.isInteger(parsed))) return parsed;
  const what = option.isInteger ? 'a whole number' : 'a number';
  throw wrong(`${key} must be ${what} from ${option.min} to ${option.max}, got ${JSON.stringify(value)}.`);
}

function wrong(message: string): NocturneError {
  return new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message,
    remedy: 'See `nocturne train --help`.',
  });
}
