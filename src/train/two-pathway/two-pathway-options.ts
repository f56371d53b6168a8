import {
  checkMultiples,
  choice,
  describeTable,
  integer,
  number,
  parseTable,
  share,
  weight,
  type OptionValues,
} from '../option-table.js';

/** What both sides of the images are multiples of: outputs at a quarter of the size. */
const SIDE_STEP = 4;

/** The hyper-parameters of the recipe `two-pathway`. */
const TWO_PATHWAY_OPTIONS = {
  seed: integer(1, [0, 2 ** 31 - 1], ['number', 'random seed of weights, order and flips']),
  steps: integer(20_000, [1, 10_000_000], ['steps', 'length of the training']),
  batch: integer(4, [1, 64], ['pairs', 'batch size; TP-GAN uses 10']),
  width: integer(
    128,
    [32, 1024],
    ['pixels', 'columns of the images; a multiple of 4. A look is fitted to them: no video needs more'],
  ),
  height: integer(72, [32, 1024], ['pixels', 'rows of them']),
  ngf: integer(32, [1, 512], ['filters', 'first layer of the global pathway; TP-GAN uses 64']),
  nlf: integer(16, [1, 512], ['filters', 'first layer of each local pathway; TP-GAN uses 64']),
  blocks: integer(4, [0, 16], ['blocks', 'residual blocks at the bottom of the global encoder']),
  fusion: choice(
    ['max', 'none'],
    'max',
    'how local pathways join the global one; none: the global one alone, to compare',
  ),
  ndf: integer(32, [1, 512], ['filters', 'first layer of the discriminators; TP-GAN uses 64']),
  layersD: integer(3, [1, 5], ['layers', 'with stride 2 in a discriminator: 3 gives patches of 70 x 70']),
  normD: choice(
    ['none', 'instance', 'spectral'],
    'spectral',
    'norm of the discriminators; instance norm hides brightness',
  ),
  gan: choice(['lsgan', 'vanilla', 'hinge'], 'vanilla', 'adversarial loss; TP-GAN uses cross-entropy'),
  rate: number(
    2e-4,
    [0, 1],
    ['rate', 'highest learning rate (Adam) of the generator; falls to 0 along a cosine. TP-GAN: 1e-4'],
  ),
  rateD: number(2e-4, [0, 1], ['rate', 'the same of the discriminators']),
  warmUp: integer(100, [0, 1_000_000], ['steps', 'linear rise of the learning rates']),
  beta1: share(0.9, ['decay', 'Adam; as in TP-GAN: the pixel losses, not the adversary, lead']),
  beta2: share(0.999, ['decay', 'Adam']),
  averageDecay: share(0.999, [
    'per step',
    'exponential moving average of the generator: the weights that are exported',
  ]),
  lambdaPixel: weight(1, 'L1 at the full size'),
  lambdaHalf: weight(1, 'L1 at half the size'),
  lambdaQuarter: weight(1.5, 'L1 at a quarter of the size; as in the authors’ code'),
  lambdaLocal: weight(3, 'L1 of each local pathway’s own image inside its regions, mean over their pixels'),
  lambdaAdversarial: weight(1e-3, 'adversarial loss against the discriminator of nights'),
  lambdaIdentity: weight(3e-3, 'L1 of what the frozen scene network sees in the night made and in the real one'),
  lambdaVariation: weight(1e-4, 'total variation of the night: against noise'),
  lambdaSymmetry: weight(
    0,
    'difference of a night from its mirror image at all sizes. TP-GAN: 0.3, because faces are symmetric; streets are not',
  ),
  lambdaUnpaired: weight(
    0,
    'adversarial loss against a second discriminator, which knows the nights of trainB that have no day: CycleGAN’s on top',
  ),
  flip: share(0.5, ['probability', 'of a mirrored pair']),
  synthCount: integer(400, [0, 100_000], ['pairs', 'painted streets, with exact regions, made before the first step']),
  synthShare: share(0.5, ['share', 'of the batch: painted streets, where DATA has pairs']),
  validationShare: number(0.12, [0, 0.5], ['share', 'of the pairs held back to choose the best checkpoint']),
  validateEvery: integer(500, [1, 1_000_000], ['steps', 'between validations and sample sheets']),
  checkpointEvery: integer(500, [1, 1_000_000], ['steps', 'between checkpoints']),
  logEvery: integer(25, [1, 1_000_000], ['steps', 'between entries of the loss log']),
} as const;

/** The values of all options of the recipe `two-pathway`. */
export type TwoPathwayTrainOptions = OptionValues<typeof TWO_PATHWAY_OPTIONS>;

/** The given values, and defaults for the rest. Throws NocturneError CONFIG_INVALID for an unknown key or a wrong value. */
export function twoPathwayOptions(given: Readonly<Record<string, unknown>> = {}): TwoPathwayTrainOptions {
  const options = parseTable(TWO_PATHWAY_OPTIONS, given);
  checkMultiples(options, ['width', 'height'], SIDE_STEP);
  return options;
}

/** The options as lines; those that differ from the default are marked with `*`. */
export function describeTwoPathwayOptions(options: TwoPathwayTrainOptions): readonly string[] {
  return describeTable(TWO_PATHWAY_OPTIONS, options, twoPathwayOptions());
}
