import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../../core/random.js';
import { arraysWithPrefix, type NamedArrays } from '../checkpoint.js';
import type { Batch } from '../data/dataset.js';
import { ImagePool } from '../data/image-pool.js';
import { discriminatorLoss, generatorLoss } from '../losses/gan-loss.js';
import { l1Loss } from '../losses/l1-loss.js';
import { randomShift, shiftConsistencyLoss, shiftImages } from '../losses/shift-consistency.js';
import type { TrainOptions } from '../options.js';
import { applyLook, type LookBatch } from './apply-look.js';
import { createDiscriminator, createGeneratorA, createGeneratorB, learningRateScales } from './create-networks.js';
import type { DistillationTargets } from './grade-teacher.js';
import { LookLosses } from './look-losses.js';
import { NoiseBank, signedToYuv, toDiscriminatorInput, yuvToSigned } from './network-input.js';
import { lossesAndGradients, TrainableNetwork, type Losses } from './trainable-network.js';

/** Standard deviation of the noise on the second input of the steadiness loss; image values are in [0, 1]. */
const STEADY_NOISE = 0.008;

/** The state of a {@link CycleGan} for a checkpoint. */
export interface ModelState {
  readonly arrays: NamedArrays;
  /** State of the random numbers. */
  readonly random: number;
  /** Images in the pools of fake nights and of fake days. */
  readonly pooled: readonly [number, number];
}

type Weights = ReadonlyMap<string, tf.Tensor>;

interface GeneratorWeights {
  readonly a: Weights | undefined;
  readonly b: Weights | undefined;
}

/** The generators' images of a step, kept for the discriminators. */
interface Fakes {
  b?: tf.Tensor4D;
  a?: tf.Tensor4D;
}

/** One discriminator's share of a step. */
interface DiscriminatorStep {
  readonly network: TrainableNetwork;
  readonly pool: ImagePool<tf.Tensor4D>;
  readonly real: tf.Tensor4D;
  /** Taken. */
  readonly fake: tf.Tensor4D | undefined;
  /** Further negatives, shown as fakes. */
  readonly negatives?: tf.Tensor4D | undefined;
}

/**
 * CycleGAN (Zhu et al. 2017): netGA translates day to night, netGB night to day; netDA scores nights, netDB days. With the look
 * network as netGA, the night is the day under its look: netGA first distils a teacher's looks, and regularisation losses hold
 * its looks near them during adversarial training. netDB and the cycle from night are left out where lambdaCycleB is 0.
 *
 * A step is `setInput(..)`, then `distill(..)` or `optimizeParameters(..)`. Images are YUV: Y in [0, 1], U and V in [-0.5, 0.5].
 */
export class CycleGan {
  readonly options: TrainOptions;
  readonly netGA: TrainableNetwork;
  readonly netGB: TrainableNetwork<'image'>;
  readonly netDA: TrainableNetwork;
  readonly netDB: TrainableNetwork | undefined;
  readonly #random: Random;
  /** Shape of an image. */
  readonly #input: readonly [height: number, width: number, channels: 3];
  readonly #noise: NoiseBank;
  readonly #pools: readonly [ImagePool<tf.Tensor4D>, ImagePool<tf.Tensor4D>];
  #realA: tf.Tensor4D | undefined;
  #realB: tf.Tensor4D | undefined;
  #lookLosses: LookLosses | undefined;

  constructor(options: TrainOptions) {
    this.options = options;
    this.#random = new Random(options.seed);
    const adam = { beta1: options.beta1, beta2: options.beta2 };
    this.#input = [options.height, options.width, 3];
    const common = { input: this.#input, adam, random: this.#random };
    const discriminator = { ...common, hasSpectralNorm: options.normD === 'spectral' };
    this.netGA = new TrainableNetwork(createGeneratorA(options), {
      ...common,
      adam: { ...adam, learningRateScales: learningRateScales(options) },
      averageDecay: options.averageDecay,
    });
    this.netGB = new TrainableNetwork(createGeneratorB(options), common);
    this.netDA = new TrainableNetwork(createDiscriminator(options), discriminator);
    this.netDB =
      options.lambdaCycleB > 0 ? new TrainableNetwork(createDiscriminator(options), discriminator) : undefined;
    this.#noise = new NoiseBank(options.height, options.width, this.#random);
    const pool = (): ImagePool<tf.Tensor4D> =>
      new ImagePool<tf.Tensor4D>({
        size: options.pool,
        random: this.#random,
        clone: (image) => tf.keep(tf.clone(image)),
        release: (image) => image.dispose(),
      });
    this.#pools = [pool(), pool()];
  }

  /** Whether netGA predicts looks rather than images. */
  get predictsLooks(): boolean {
    return this.options.generator === 'nightgrid';
  }

  /** Copies the next batch to the device. @param targets the teacher's looks of the days, then of the first nights shown to netGA. */
  setInput({ a, b }: Batch, targets?: DistillationTargets): void {
    this.#disposeInput();
    const [height, width, channels] = this.#input;
    const numbers = height * width * channels;
    this.#realA = tf.tensor4d(a, [a.length / numbers, ...this.#input]);
    this.#realB = tf.tensor4d(b, [b.length / numbers, ...this.#input]);
    this.#lookLosses = targets && new LookLosses(targets);
  }

  /** One step of distillation: netGA alone, on the teacher's looks. */
  distill(learningRate: number): Losses {
    const { realA, realB, lookLosses } = this.#images();
    if (!lookLosses) throw new TypeError('distill needs distillation targets from setInput, got none');
    const { losses, gradients } = lossesAndGradients([this.netGA.vector], ([weights]) => {
      const input = lookLosses.inputs(realA, realB);
      const look = this.#predictLook(input, weights);
      const nights = applyLook(look, input);
      return {
        ...lookLosses.distillation(look),
        image: lookLosses.imageLoss(nights, input),
        ...this.#steadinessLoss(input, nights, weights),
      };
    });
    this.#step([this.netGA], gradients, learningRate);
    return losses;
  }

  /** One adversarial step of all networks: generators first, then discriminators, as published. */
  optimizeParameters(step: number, { rateG, rateD }: { readonly rateG: number; readonly rateD: number }): Losses {
    this.netDA.updateSpectralNorm();
    this.netDB?.updateSpectralNorm();
    const fakes: Fakes = {};
    const generators = [this.netGA, this.netGB];
    const { losses, gradients } = lossesAndGradients(
      generators.map(({ vector }) => vector),
      ([weightsA, weightsB]) => this.#generatorLosses({ a: weightsA, b: weightsB }, fakes),
    );
    this.#step(generators, gradients, rateG);
    const { realA, realB } = this.#images();
    const { dayNegatives } = this.options;
    const negatives = dayNegatives > 0 && step % dayNegatives === 0 ? realA : undefined;
    const [poolB, poolA] = this.#pools;
    const netDA = { network: this.netDA, pool: poolB, real: realB, fake: fakes.b, negatives };
    losses['netDA'] = this.#trainDiscriminator(netDA, rateD);
    if (this.netDB) {
      const netDB = { network: this.netDB, pool: poolA, real: realA, fake: fakes.a };
      losses['netDB'] = this.#trainDiscriminator(netDB, rateD);
    }
    return losses;
  }

  /** The nights of days by netGA's averaged weights, and the lights layers where it predicts looks. The caller disposes them. */
  translate(days: tf.Tensor4D): { readonly night: tf.Tensor4D; readonly lights?: tf.Tensor4D } {
    const { average, vector } = this.netGA;
    return tf.tidy((): { night: tf.Tensor4D; lights?: tf.Tensor4D } => {
      const weights = average ? average.tensors() : vector.tensors;
      if (!this.predictsLooks) return { night: this.#toNight(days, weights) };
      const look = this.#predictLook(days, weights);
      return { night: applyLook(look, days), lights: look.lights };
    });
  }

  async state(): Promise<ModelState> {
    const arrays = new Map<string, Float32Array>();
    for (const [name, network] of this.#networks()) {
      for (const [key, values] of await network.state()) arrays.set(`${name}/${key}`, values);
    }
    for (const [index, pool] of this.#pools.entries()) {
      for (const [i, image] of pool.images.entries()) {
        arrays.set(`pool${index}/${i}`, Float32Array.from(await image.data()));
      }
    }
    const pooled = [this.#pools[0].images.length, this.#pools[1].images.length] as const;
    return { arrays, random: this.#random.state, pooled };
  }

  /** Copies a state in: the model continues bit for bit as the one that had it. Throws RangeError for the state of other networks. */
  load({ arrays, random, pooled }: ModelState): void {
    for (const [name, network] of this.#networks()) network.load(arraysWithPrefix(arrays, `${name}/`));
    for (const [index, pool] of this.#pools.entries()) {
      pool.restore(
        Array.from({ length: pooled[index] ?? 0 }, (_, i) =>
          tf.keep(tf.tensor4d((arrays.get(`pool${index}/${i}`) ?? new Float32Array()).slice(), [1, ...this.#input])),
        ),
      );
    }
    this.#random.restore(random);
  }

  close(): void {
    this.#disposeInput();
    for (const [, network] of this.#networks()) network.close();
    for (const pool of this.#pools) pool.close();
    this.#noise.close();
  }

  #generatorLosses(weights: GeneratorWeights, fakes: Fakes): Losses {
    const { gan, lambdaGan, lambdaCycleA, lambdaIdentity } = this.options;
    const { realA, realB, lookLosses } = this.#images();
    const losses: Losses = {};
    let fakeB: tf.Tensor4D;
    if (lookLosses) {
      const look = this.#predictLook(lookLosses.inputs(realA, realB), weights.a);
      fakeB = applyLook(lookLosses.sliceDays(look, realA.shape[0]), realA);
      Object.assign(losses, lookLosses.regularisation(look, fakeB, realA, this.options));
    } else {
      fakeB = this.#toNight(realA, weights.a);
    }
    fakes.b = tf.keep(tf.clone(fakeB));
    Object.assign(losses, this.#steadinessLoss(realA, fakeB, weights.a));
    losses['ganA'] = tf.mul(generatorLoss(gan, this.#scores(this.netDA, fakeB)), lambdaGan);
    const reconstructedA = this.#toDay(fakeB, weights.b);
    losses['cycleA'] = tf.mul(l1Loss(yuvToSigned(reconstructedA), yuvToSigned(realA)), lambdaCycleA);
    if (this.netDB) Object.assign(losses, this.#nightCycleLosses(this.netDB, weights, fakes));
    if (lambdaIdentity > 0) Object.assign(losses, this.#identityLosses(weights));
    return losses;
  }

  /** The adversarial and the cycle loss of nights translated to days. */
  #nightCycleLosses(netDB: TrainableNetwork, weights: GeneratorWeights, fakes: Fakes): Losses {
    const { gan, lambdaCycleB } = this.options;
    const { realB } = this.#images();
    const fakeA = this.#toDay(realB, weights.b);
    fakes.a = tf.keep(tf.clone(fakeA));
    const ganB = generatorLoss(gan, this.#scores(netDB, fakeA));
    const reconstructedB = this.#toNight(fakeA, weights.a);
    return { ganB, cycleB: tf.mul(l1Loss(yuvToSigned(reconstructedB), yuvToSigned(realB)), lambdaCycleB) };
  }

  /** Each generator's change of an image that is of its target domain already. */
  #identityLosses(weights: GeneratorWeights): Losses {
    const { lambdaCycleA, lambdaCycleB, lambdaIdentity } = this.options;
    const { realA, realB } = this.#images();
    const [sameB, sameA] = [this.#toNight(realB, weights.a), this.#toDay(realA, weights.b)];
    return {
      identityA: tf.mul(l1Loss(yuvToSigned(sameB), yuvToSigned(realB)), lambdaCycleB * lambdaIdentity),
      identityB: tf.mul(l1Loss(yuvToSigned(sameA), yuvToSigned(realA)), lambdaCycleA * lambdaIdentity),
    };
  }

  /** How much the night of the first day changes, beyond the shift, when the day is shifted and noise is added. */
  #steadinessLoss(days: tf.Tensor4D, nights: tf.Tensor4D, weights?: Weights): Losses {
    const { lambdaSteady } = this.options;
    if (lambdaSteady === 0) return {};
    const shift = randomShift(this.#random);
    const day = shiftImages(tf.slice(days, 0, 1), shift);
    const input = this.#noise.addTo(day, STEADY_NOISE, this.#random);
    const night = this.predictsLooks
      ? applyLook(this.#predictLook(input, weights), day)
      : this.#toNight(input, weights);
    return { steady: tf.mul(shiftConsistencyLoss(tf.slice(nights, 0, 1), night, shift), lambdaSteady) };
  }

  /** Runs one step of a discriminator; returns its loss. */
  #trainDiscriminator({ network, pool, real, fake, negatives }: DiscriminatorStep, rateD: number): tf.Scalar {
    if (!fake) throw new RangeError('a discriminator needs a fake, got none');
    const pooled = this.#queryPool(pool, fake);
    const { losses, gradients } = lossesAndGradients([network.vector], ([weights]) => {
      const fakes = negatives ? tf.concat([pooled, negatives], 0) : pooled;
      return {
        loss: discriminatorLoss(this.options.gan, {
          real: this.#scores(network, real, weights),
          fake: this.#scores(network, fakes, weights),
        }),
      };
    });
    this.#step([network], gradients, rateD);
    pooled.dispose();
    return losses['loss'] as tf.Scalar; // named above
  }

  /** A batch from the pool's history, image by image. Takes the fakes. */
  #queryPool(pool: ImagePool<tf.Tensor4D>, fakes: tf.Tensor4D): tf.Tensor4D {
    const singles = tf.split(fakes, fakes.shape[0]);
    fakes.dispose();
    const queried = singles.map((fake) => pool.query(tf.keep(fake as tf.Tensor4D)));
    const batch = tf.concat(queried, 0);
    for (const fake of queried) fake.dispose();
    return batch;
  }

  /** A discriminator's scores of images, one tensor per scale. Adds noise of a random strength to its input. */
  #scores(network: TrainableNetwork, images: tf.Tensor4D, weights?: Weights): readonly tf.Tensor[] {
    const { noiseD, chromaD } = this.options;
    const sigma = noiseD === 0 ? 0 : this.#random.between(0, noiseD);
    const input = this.#noise.addTo(toDiscriminatorInput(images, chromaD), sigma, this.#random);
    return Object.values(network.run(input, weights));
  }

  #predictLook(input: tf.Tensor4D, weights?: Weights): LookBatch {
    const { grid, lights } = this.netGA.run(input, weights);
    return { grid, lights } as LookBatch; // networks keep the rank of images
  }

  #toNight(days: tf.Tensor4D, weights?: Weights): tf.Tensor4D {
    if (this.predictsLooks) return applyLook(this.#predictLook(days, weights), days);
    return signedToYuv(this.netGA.run(yuvToSigned(days), weights)['image'] as tf.Tensor4D); // as above
  }

  #toDay(nights: tf.Tensor4D, weights?: Weights): tf.Tensor4D {
    return signedToYuv(this.netGB.run(yuvToSigned(nights), weights).image as tf.Tensor4D); // as above
  }

  /** Steps each network by its gradients. Takes the gradients. */
  #step(
    networks: readonly TrainableNetwork[],
    gradients: readonly (readonly tf.Tensor[])[],
    learningRate: number,
  ): void {
    for (const [index, network] of networks.entries()) {
      const own = gradients[index] ?? [];
      network.step(own, learningRate);
      tf.dispose([...own]);
    }
  }

  #networks(): readonly (readonly [string, TrainableNetwork])[] {
    const { netGA, netGB, netDA, netDB } = this;
    return [['netGA', netGA], ['netGB', netGB], ['netDA', netDA], ...(netDB ? ([['netDB', netDB]] as const) : [])];
  }

  #images(): {
    readonly realA: tf.Tensor4D;
    readonly realB: tf.Tensor4D;
    readonly lookLosses: LookLosses | undefined;
  } {
    if (!this.#realA || !this.#realB) throw new TypeError('a step needs setInput first');
    return { realA: this.#realA, realB: this.#realB, lookLosses: this.#lookLosses };
  }

  #disposeInput(): void {
    tf.dispose([this.#realA, this.#realB].filter((tensor) => tensor !== undefined));
    this.#lookLosses?.close();
    this.#realA = this.#realB = this.#lookLosses = undefined;
  }
}
