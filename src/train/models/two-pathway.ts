import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../../core/random.js';
import { arraysWithPrefix, type NamedArrays } from '../checkpoint.js';
import { discriminatorLoss, generatorLoss } from '../losses/gan-loss.js';
import { l1Loss, totalVariation } from '../losses/l1-loss.js';
import { RecogniserLoss } from '../losses/recogniser-loss.js';
import { regionLoss } from '../losses/region-loss.js';
import { symmetryLoss } from '../losses/symmetry-loss.js';
import type { Network, Weights } from '../networks/ops.js';
import { patchDiscriminator } from '../networks/patch-discriminator.js';
import * as gradients from '../networks/tfjs-gradients.js';
import {
  twoPathwayGenerator,
  type TwoPathwayOptions,
  type TwoPathwayOutput,
} from '../networks/two-pathway-generator.js';
import type { TwoPathwayTrainOptions } from '../two-pathway/two-pathway-options.js';
import { lossesAndGradients, TrainableNetwork, type Losses } from './trainable-network.js';

/** Pairs of a step; borrowed. Images are YUV in [-1, 1]. */
export interface PairBatch {
  /** `[N, H, W, 3]`. */
  readonly days: Float32Array;
  /** `[N, H, W, 3]`. */
  readonly nights: Float32Array;
  /** `[N, H, W, 4]`: planes of `KEY_REGIONS`, 0 to 1. */
  readonly regions: Float32Array;
  /** `[N, H, W, 3]`: nights of no day in the batch, for the second discriminator. */
  readonly unpaired?: Float32Array;
}

/** Planes of key regions. */
const REGIONS = 4;
/** Channels of an image. */
const IMAGE = 3;

/** The network that options describe. */
export function generatorOptions({ ngf, nlf, blocks, fusion }: TwoPathwayTrainOptions): TwoPathwayOptions {
  return { ngf, nlf, blocks, fusion, regions: REGIONS };
}

/** Learning rates of a step. */
export interface TwoPathwayRates {
  readonly rate: number;
  readonly rateD: number;
}

/**
 * TP-GAN (Huang et al. 2017) for streets: netG makes the night of a day from the whole frame and from its key regions, netD scores nights. With
 * `lambdaUnpaired`, netU scores them beside real nights of no day. A step is the generator's, then the discriminators'. Owns its tensors until
 * {@link close}.
 */
export class TwoPathwayGan {
  readonly options: TwoPathwayTrainOptions;
  readonly netG: TrainableNetwork<TwoPathwayOutput>;
  readonly netD: TrainableNetwork;
  readonly netU: TrainableNetwork | undefined;
  readonly #recogniser: RecogniserLoss | undefined;

  /** @param recogniser weights of a scene network, for `lambdaIdentity`; copied. */
  constructor(options: TwoPathwayTrainOptions, recogniser?: Weights) {
    this.options = options;
    const { width, height, beta1, beta2, averageDecay, ndf, layersD, normD, seed, lambdaIdentity } = options;
    if (lambdaIdentity > 0 && !recogniser) throw new RangeError('lambdaIdentity needs the weights of a recogniser');
    const random = new Random(seed);
    const adam = { beta1, beta2 };
    const input = (channels: number) => [height, width, channels] as const;
    const generator: Network<TwoPathwayOutput> = twoPathwayGenerator(generatorOptions(options));
    this.netG = new TrainableNetwork(generator, { input: input(IMAGE + REGIONS), adam, random, averageDecay });
    const discriminator = (): TrainableNetwork =>
      new TrainableNetwork(patchDiscriminator({ ndf, layers: layersD, norm: normD }), {
        ...{ input: input(IMAGE), adam, random, hasSpectralNorm: normD === 'spectral' },
      });
    this.netD = discriminator();
    this.netU = options.lambdaUnpaired > 0 ? discriminator() : undefined;
    this.#recogniser = lambdaIdentity > 0 && recogniser ? new RecogniserLoss(recogniser, [height, width]) : undefined;
  }

  /** One step of all networks; returns its losses, which the caller disposes. Borrows the batch. */
  step({ days, nights, regions, unpaired }: PairBatch, { rate, rateD }: TwoPathwayRates): Losses {
    this.netD.updateSpectralNorm();
    this.netU?.updateSpectralNorm();
    const [day, night, region] = [
      this.#tensor(days, IMAGE),
      this.#tensor(nights, IMAGE),
      this.#tensor(regions, REGIONS),
    ];
    const input = tf.concat([day, region], -1);
    let fake: tf.Tensor4D | undefined;
    const { losses, gradients: own } = lossesAndGradients([this.netG.vector], ([weights]) => {
      const outputs = this.netG.run(input, weights) as Readonly<Record<TwoPathwayOutput, tf.Tensor4D>>; // images keep their rank
      fake = tf.keep(tf.clone(outputs.image));
      return this.#losses(outputs, night, region);
    });
    update(this.netG, own[0] ?? [], rate);
    if (!fake) throw new RangeError('a step must make nights, got none');
    losses['netD'] = this.#trainDiscriminator(this.netD, night, fake, rateD);
    if (this.netU) {
      if (!unpaired) throw new RangeError('lambdaUnpaired needs unpaired nights, got none');
      const real = this.#tensor(unpaired, IMAGE);
      losses['netU'] = this.#trainDiscriminator(this.netU, real, fake, rateD);
      real.dispose();
    }
    tf.dispose([day, night, region, input, fake]);
    return losses;
  }

  /** The nights of some days by the averaged weights: `[N, H, W, 3]` in [-1, 1]. Borrows both. */
  async translate(days: Float32Array, regions: Float32Array): Promise<Float32Array> {
    const night = tf.tidy(() => {
      const input = tf.concat([this.#tensor(days, IMAGE), this.#tensor(regions, REGIONS)], -1);
      return this.netG.run(input, this.netG.average?.tensors()).image;
    });
    const values = Float32Array.from(await night.data());
    night.dispose();
    return values;
  }

  /** The averaged weights of netG by name; copies. */
  async weights(): Promise<Weights> {
    const { average, vector } = this.netG;
    if (!average) throw new RangeError('netG must have an average');
    return vector.namedViews(await average.read());
  }

  async state(): Promise<NamedArrays> {
    const arrays = new Map<string, Float32Array>();
    for (const [name, network] of this.#networks()) {
      for (const [key, values] of await network.state()) arrays.set(`${name}/${key}`, values);
    }
    return arrays;
  }

  /** Copies a state in: the model continues bit for bit as the one that had it. Throws RangeError for the state of other networks. */
  load(state: NamedArrays): void {
    for (const [name, network] of this.#networks()) network.load(arraysWithPrefix(state, `${name}/`));
  }

  close(): void {
    for (const [, network] of this.#networks()) network.close();
    this.#recogniser?.close();
  }

  /** The generator's losses, weighted (Huang et al. 2017, equation 2). */
  #losses(outputs: Readonly<Record<TwoPathwayOutput, tf.Tensor4D>>, night: tf.Tensor4D, region: tf.Tensor4D): Losses {
    const { options } = this;
    const [half, quarter] = [gradients.averagePool(night, 2), gradients.averagePool(night, 4)];
    const losses: Losses = {
      pixel: tf.mul(l1Loss(outputs.image, night), options.lambdaPixel),
      half: tf.mul(l1Loss(outputs.half, half), options.lambdaHalf),
      quarter: tf.mul(l1Loss(outputs.quarter, quarter), options.lambdaQuarter),
      adversarial: tf.mul(generatorLoss(options.gan, scores(this.netD, outputs.image)), options.lambdaAdversarial),
      variation: tf.mul(totalVariation(outputs.image), options.lambdaVariation),
    };
    if (options.fusion === 'max') losses['local'] = tf.mul(localLoss(outputs, night, region), options.lambdaLocal);
    if (this.#recogniser)
      losses['identity'] = tf.mul(this.#recogniser.of(outputs.image, night), options.lambdaIdentity);
    if (options.lambdaSymmetry > 0) {
      const sizes = [outputs.image, outputs.half, outputs.quarter].map(symmetryLoss);
      losses['symmetry'] = tf.mul(tf.addN(sizes), options.lambdaSymmetry);
    }
    if (this.netU) {
      losses['unpaired'] = tf.mul(generatorLoss(options.gan, scores(this.netU, outputs.image)), options.lambdaUnpaired);
    }
    return losses;
  }

  /** Runs one step of a discriminator; returns its loss. Borrows the images. */
  #trainDiscriminator(network: TrainableNetwork, real: tf.Tensor4D, fake: tf.Tensor4D, rate: number): tf.Scalar {
    const { losses, gradients: own } = lossesAndGradients([network.vector], ([weights]) => ({
      loss: discriminatorLoss(this.options.gan, {
        real: scores(network, real, weights),
        fake: scores(network, fake, weights),
      }),
    }));
    update(network, own[0] ?? [], rate);
    return losses['loss'] as tf.Scalar; // named above
  }

  #tensor(values: Float32Array, channels: number): tf.Tensor4D {
    const { width, height } = this.options;
    return tf.tensor4d(values, [values.length / (width * height * channels), height, width, channels]);
  }

  #networks(): readonly (readonly [string, TrainableNetwork])[] {
    const { netG, netD, netU } = this;
    return [['netG', netG], ['netD', netD], ...(netU ? ([['netU', netU]] as const) : [])];
  }
}

/** The sum over the kinds of region of how far each local pathway's own image is from the night there. */
function localLoss(outputs: Readonly<Record<string, tf.Tensor4D>>, night: tf.Tensor4D, region: tf.Tensor4D): tf.Scalar {
  const each = Array.from({ length: REGIONS }, (_, index) => {
    const plane = tf.slice(region, [0, 0, 0, index], [-1, -1, -1, 1]);
    return regionLoss(outputs[`local${index}`] as tf.Tensor4D, night, plane); // one for each plane
  });
  return tf.addN(each);
}

function scores(
  network: TrainableNetwork,
  images: tf.Tensor4D,
  weights?: ReadonlyMap<string, tf.Tensor>,
): readonly tf.Tensor[] {
  return Object.values(network.run(images, weights));
}

/** Steps a network by its gradients. Takes the gradients. */
function update(network: TrainableNetwork, own: readonly tf.Tensor[], rate: number): void {
  network.step(own, rate);
  tf.dispose([...own]);
}
