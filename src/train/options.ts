import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import type { Backend } from './backends/backend.js';
import {
  choice,
  describeTable,
  integer,
  invalidOption,
  number,
  parseGiven,
  share,
  tableDefaults,
  weight,
  type OptionValues,
} from './option-table.js';

/** The hyper-parameters of a training; the defaults are those of the look network. */
const TRAIN_OPTIONS = {
  generator: choice(
    ['nightgrid', 'resnet9', 'resnet6', 'unet'],
    'nightgrid',
    'netGA: the look network, or one of the generators of CycleGAN and pix2pix',
  ),
  dataset: choice(['unaligned', 'aligned'], 'unaligned', 'whether images of the two domains are pairs (by file name)'),
  seed: integer(1, [0, 2 ** 31 - 1], ['number', 'random seed of weights, order, crops and noise']),

  steps: integer(6800, [1, 10_000_000], ['steps', 'length of the training, distillation included']),
  batch: integer(2, [1, 64], ['images', 'batch size per domain; CycleGAN uses 1']),
  distillSteps: integer(
    6000,
    [0, 1_000_000],
    ['steps', 'distillation of the grade before adversarial training; lights need thousands of steps'],
  ),
  constantShare: share(0.9, [
    'share',
    'of the adversarial steps at the full learning rate, before a linear decay to zero; CycleGAN uses 0.5',
  ]),
  rateG: number(2e-4, [0, 1], ['rate', 'learning rate of the generators (Adam)']),
  rateD: number(3e-4, [0, 1], ['rate', 'learning rate of the discriminators (Adam), above that of the generators']),
  rateStart: number(0.25, [0, 10], ['factor', 'on rateG for the constant grid, which all images share']),
  rateDistill: number(4e-4, [0, 1], ['rate', 'learning rate of the distillation (Adam)']),
  beta1: share(0.5, ['decay', 'Adam: little momentum, because the adversary keeps changing']),
  beta2: share(0.99, ['decay', 'Adam']),
  averageDecay: share(0.999, ['per step', 'exponential moving average of netGA: the weights that are exported']),

  gan: choice(['lsgan', 'vanilla', 'hinge'], 'lsgan', 'adversarial loss; CycleGAN uses least squares'),
  lambdaGan: weight(1, 'adversarial loss of netGA'),
  lambdaCycleA: weight(0.5, 'cycle loss day-night-day; CycleGAN uses 10, but a look can hardly lose the street'),
  lambdaCycleB: weight(0, 'cycle loss night-day-night; 0 leaves netDB out'),
  lambdaIdentity: weight(0, 'identity losses, relative to the cycle losses; they pull a look towards no change'),
  teacherExposure: number(
    2.2,
    [0.1, 10],
    ['factor', 'on the luma of the grade by day: real nights are brighter (docs/training.md)'],
  ),
  teacherLights: number(3, [0, 10], ['factor', 'on the lights of the grade by day']),
  teacherWarmth: number(
    1,
    [0, 4],
    ['factor', 'on the warmth of street lamps added to the grade, as measured in real nights'],
  ),
  lambdaTeacher: weight(0.6, 'distance of the grid from the teacher’s; without it the adversary makes the grid drift'),
  lambdaTeacherLights: weight(1, 'distance of the lights from the teacher’s, for night inputs'),
  lambdaLights: weight(1, 'distance of the lights from the teacher’s, for day inputs'),
  lambdaSky: weight(1, 'luma above the teacher’s sky: adversaries add a glow over the horizon'),
  lambdaVariation: weight(0.5, 'total variation of the grid'),
  lambdaChroma: weight(4, 'factor on the chroma rows in lambdaTeacher and lambdaVariation: no orange beside cyan'),
  lambdaColor: weight(30, 'chroma that the day lacks: no lamp by tinting a wall'),
  lambdaBright: weight(1, 'luma above that of the day, lights excluded: walls do not shine'),
  lambdaCore: weight(0, 'mean gain of the light cores'),
  lambdaSteady: weight(0, 'change of the night, beyond the shift, when the day is shifted (docs/training.md)'),
  nightShare: share(0.25, [
    'share',
    'of the batch: night images also shown to netGA; the teacher leaves nights unchanged',
  ]),

  ngf: integer(64, [1, 512], ['filters', 'first layer of netGA, where it is a ResNet or U-Net']),
  downs: integer(7, [2, 7], ['layers', 'that halve the size in netGA, where it is a U-Net']),
  ngfB: integer(24, [1, 512], ['filters', 'first layer of netGB']),
  downsB: integer(4, [2, 7], ['layers', 'that halve the size in netGB, where it is a U-Net']),
  ndf: integer(32, [1, 512], ['filters', 'first layer of the discriminators']),
  layersD: integer(3, [1, 5], ['layers', 'with stride 2 in a discriminator: 3 gives patches of 70 x 70']),
  scalesD: choice(['1', '1,4', '1,2,4'], '1,4', 'one discriminator each: the image, and averages of n x n blocks'),
  normD: choice(
    ['spectral', 'instance', 'none'],
    'spectral',
    'norm of the discriminators; instance norm hides brightness',
  ),
  noiseD: number(0.02, [0, 1], ['sigma', 'largest noise on discriminator inputs: hides the difference of sensors']),
  chromaD: number(1, [0, 8], ['factor', 'on the chroma of discriminator inputs']),
  dayNegatives: integer(4, [0, 1000], ['steps', 'between days shown to netDA as fakes; 0: never']),
  pool: integer(50, [0, 10_000], ['images', 'history of fakes shown to the discriminators']),

  exposure: share(0.5, ['probability', 'of a random exposure (augmentation)']),
  whiteBalance: share(0.5, ['probability', 'of a random white balance (augmentation)']),
  noise: share(0.5, ['probability', 'of sensor noise (augmentation)']),
  width: integer(
    256,
    [32, 1024],
    ['pixels', 'columns of the crops that the networks read, a multiple of 4; the look network reads 256 x 144 only'],
  ),
  height: integer(
    144,
    [32, 1024],
    ['pixels', 'rows of the crops; half the width and height, a step in a quarter of the time'],
  ),
  loadWidth: integer(286, [32, 4096], ['pixels', 'size of the images in memory; by default width and an eighth more']),
  loadHeight: integer(161, [32, 4096], ['pixels', 'see loadWidth']),

  validationShare: number(0.12, [0, 0.5], ['share', 'of the training images held back to choose the best checkpoint']),
  validateEvery: integer(250, [1, 1_000_000], ['steps', 'between validations']),
  sampleEvery: integer(500, [1, 1_000_000], ['steps', 'between sample sheets']),
  checkpointEvery: integer(500, [1, 1_000_000], ['steps', 'between checkpoints']),
  logEvery: integer(25, [1, 1_000_000], ['steps', 'between entries of the loss log']),
} as const;

/** Load size and crop as published: images of 286 x 286, crops of 256 x 256. */
const LOAD_PIXELS = 286;
const CROP_PIXELS = 256;

/** The values of all training options. */
export type TrainOptions = OptionValues<typeof TRAIN_OPTIONS>;

/** CycleGAN as published (Zhu et al. 2017), for the classic generators. Set `steps` for its length: 200 epochs of trainA. */
const CLASSIC_DEFAULTS: Partial<TrainOptions> = {
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

/** The given values, and defaults of the given generator for the rest. Throws NocturneError CONFIG_INVALID for an unknown key or a wrong value. */
export function trainOptions(given: Readonly<Record<string, unknown>> = {}): TrainOptions {
  const values = parseGiven(TRAIN_OPTIONS, given);
  const generator = values['generator'] ?? TRAIN_OPTIONS.generator.default;
  const defaults = tableDefaults(TRAIN_OPTIONS);
  const classic = generator === 'nightgrid' ? {} : CLASSIC_DEFAULTS;
  const options = { ...defaults, ...classic, ...values } as TrainOptions; // each key has its default, each given one was checked
  return checkSize({ ...options, ...loadSize(options, values) });
}

/** The load size: the given one, or in the published ratio to the crops. */
function loadSize(
  { width, height, loadWidth, loadHeight }: TrainOptions,
  given: Readonly<Record<string, unknown>>,
): Pick<TrainOptions, 'loadWidth' | 'loadHeight'> {
  return {
    loadWidth: 'loadWidth' in given ? loadWidth : Math.round((width * LOAD_PIXELS) / CROP_PIXELS),
    loadHeight: 'loadHeight' in given ? loadHeight : Math.round((height * LOAD_PIXELS) / CROP_PIXELS),
  };
}

/** Returns the options. Throws NocturneError CONFIG_INVALID for crops that the generator cannot read, or that are larger than the images. */
function checkSize(options: TrainOptions): TrainOptions {
  const { generator, width, height, loadWidth, loadHeight, downs } = options;
  const size = `${width}x${height}`;
  if (generator === 'nightgrid' && size !== `${THUMBNAIL_WIDTH}x${THUMBNAIL_HEIGHT}`) {
    throw invalidOption(`with generator=nightgrid, crops must be ${THUMBNAIL_WIDTH}x${THUMBNAIL_HEIGHT}, got ${size}.`);
  }
  if (width % 4 !== 0 || height % 4 !== 0) throw invalidOption(`width and height must be multiples of 4, got ${size}.`);
  if (generator === 'unet' && Math.min(width, height) < 2 ** downs) {
    throw invalidOption(`with downs=${downs}, crops must be at least ${2 ** downs} on a side, got ${size}.`);
  }
  if (loadWidth < width || loadHeight < height) {
    throw invalidOption(`loadWidth and loadHeight must be at least ${size}, the crop, got ${loadWidth}x${loadHeight}.`);
  }
  return options;
}

/** The options as lines: name, value, unit, help; those that differ from the default are marked with `*`. */
export function describeOptions(options: TrainOptions): readonly string[] {
  return describeTable(TRAIN_OPTIONS, options, trainOptions({ generator: options.generator }));
}

/** The content of a run's `options.json`: the options, and under `backend` what computes. */
export function formatOptionsFile(options: object, { name, device }: Pick<Backend, 'name' | 'device'>): string {
  return `${JSON.stringify({ backend: { name, device }, ...options }, null, 2)}\n`;
}

/** The given options of such a file, not yet checked; without `backend`, which is information. Throws SyntaxError or TypeError. */
export function parseOptionsFile(text: string): Readonly<Record<string, unknown>> {
  const values: unknown = JSON.parse(text);
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new TypeError('it must hold one JSON object of training options');
  }
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== 'backend'));
}
