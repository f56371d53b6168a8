import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../../core/random.js';
import { BatchStatistics } from '../batch-statistics.js';
import { arraysWithPrefix, type NamedArrays } from '../checkpoint.js';
import { FlatAdam } from '../flat-adam.js';
import type { KeyPatchOptions } from '../key-patch/key-patch-options.js';
import {
  keyPatchDiscriminatorLosses,
  keyPatchGeneratorLosses,
  mismatches,
  type KeyPatchImages,
  type KeyPatchWeights,
} from '../losses/key-patch-losses.js';
import { keyPatchDiscriminator, keyPatchGenerator, NOISE_CHANNELS } from '../networks/key-patch-networks.js';
import type { Weights } from '../networks/ops.js';
import { TfjsOps } from '../networks/tfjs-ops.js';
import { traceJointNetwork, traceNetwork, type NetworkTrace } from '../networks/trace.js';
import { ParameterVector, readVector } from '../parameter-vector.js';
import { lossesAndGradients, type Losses } from './trainable-network.js';

/** Options of {@link KeyPatchGan}. */
export type KeyPatchGanOptions = Pick<
  KeyPatchOptions,
  | 'spatial'
  | 'seed'
  | 'side'
  | 'filters'
  | 'filtersD'
  | 'beta1'
  | 'beta2'
  | 'maskStart'
  | 'maskEnd'
  | 'scheduleEpochs'
  | 'steps'
>;

/** What a step learns from; lent. */
export interface KeyPatchBatch extends KeyPatchImages {
  /** Of each set. */
  readonly patchCount: number;
  /** `[N patchCount, S, S, 3]` in [-1, 1]. */
  readonly patches: tf.Tensor4D;
  /** `[N, 1, 1, 128]` in [-1, 1]. */
  readonly noise: tf.Tensor4D;
}

/** Steps of the discriminator for one of the generator, as published. */
const STEPS_OF_D = 2;

/** Traces the two networks. @param options side and filters. */
export function keyPatchTraces({
  side,
  filters,
  filtersD,
}: Pick<KeyPatchGanOptions, 'side' | 'filters' | 'filtersD'>): {
  readonly generator: NetworkTrace;
  readonly discriminator: NetworkTrace;
} {
  const image = [side, side, 3] as const;
  return {
    generator: traceJointNetwork(keyPatchGenerator({ patches: 1, filters }), {
      patches: image,
      noise: [1, 1, NOISE_CHANNELS],
    }),
    discriminator: traceNetwork(keyPatchDiscriminator({ filters: filtersD }), image),
  };
}

/**
 * The GAN of key local patches (Lee et al. 2018) in training: the discriminator learns in every step, the generator in every second; the weights
 * of the spatial and the appearance loss fall on a logarithmic scale. Owns its tensors until {@link close}.
 */
export class KeyPatchGan {
  readonly #options: KeyPatchGanOptions;
  readonly netG: NormedNetwork;
  readonly netD: NormedNetwork;

  constructor(options: KeyPatchGanOptions) {
    const { seed, beta1, beta2 } = options;
    const random = new Random(seed);
    const { generator, discriminator } = keyPatchTraces(options);
    this.#options = options;
    this.netG = new NormedNetwork(generator, { beta1, beta2, random });
    this.netD = new NormedNetwork(discriminator, { beta1, beta2, random });
  }

  /** The weight of the spatial and the appearance loss at a step: as many equal steps of its logarithm as the schedule has epochs. */
  weightAt(step: number): number {
    const { maskStart, maskEnd, scheduleEpochs, steps } = this.#options;
    const epoch = Math.min(Math.floor((scheduleEpochs * step) / steps), scheduleEpochs - 1);
    return maskStart * (maskEnd / maskStart) ** (epoch / Math.max(1, scheduleEpochs - 1));
  }

  /** Runs step `step` (from 0): the discriminator, and in every second the generator; returns the losses, which the caller disposes. */
  step(batch: KeyPatchBatch, step: number, rate: number): Losses {
    const losses = this.trainDiscriminator(batch, rate);
    if (step % STEPS_OF_D !== STEPS_OF_D - 1) return losses;
    const weight = this.weightAt(step);
    return {
      ...losses,
      ...this.trainGenerator(batch, { spatial: this.#options.spatial, mask: weight, appearance: weight }, rate),
    };
  }

  /** One step of the discriminator; the caller disposes its losses. */
  trainDiscriminator(batch: KeyPatchBatch, rate: number): Losses {
    const fakes = tf.tidy(() => this.#generate(batch, this.netG.vector.tensors).image);
    const own = tf.tidy(() => mismatches(batch));
    const losses = this.netD.learn(rate, (ops) => {
      const judge = (image: tf.Tensor): tf.Tensor => this.#judge(ops, image);
      return keyPatchDiscriminatorLosses({
        real: judge(batch.real),
        generated: judge(fakes),
        patches: judge(own.patches),
        surroundings: judge(own.surroundings),
      });
    });
    tf.dispose([fakes, own.patches, own.surroundings]);
    return losses;
  }

  /** One step of the generator; the caller disposes its losses. */
  trainGenerator(batch: KeyPatchBatch, weights: KeyPatchWeights, rate: number): Losses {
    return this.netG.learn(rate, (ops) => {
      const { mask, image } = this.#generator(batch.patchCount)<tf.Tensor>(ops, batch);
      const logits = this.#judge(new TfjsOps(this.netD.vector.tensors), image);
      return keyPatchGeneratorLosses({ mask, image, logits }, batch, weights);
    });
  }

  /** Plain weights of both networks and the statistics of their batch norms; copies. */
  async weights(): Promise<Weights> {
    return new Map([...(await this.netG.weights()), ...(await this.netD.weights())]);
  }

  /** The state for a checkpoint; a copy. */
  async state(): Promise<NamedArrays> {
    const parts = [
      ['netG', await this.netG.state()],
      ['netD', await this.netD.state()],
    ] as const;
    return new Map(
      parts.flatMap(([name, state]) => [...state].map(([key, values]) => [`${name}/${key}`, values] as const)),
    );
  }

  /** Copies a state in. Throws RangeError for the state of another network. */
  load(state: NamedArrays): void {
    this.netG.load(arraysWithPrefix(state, 'netG/'));
    this.netD.load(arraysWithPrefix(state, 'netD/'));
  }

  close(): void {
    this.netG.close();
    this.netD.close();
  }

  #generator(patches: number): ReturnType<typeof keyPatchGenerator> {
    return keyPatchGenerator({ patches, filters: this.#options.filters });
  }

  #generate(batch: KeyPatchBatch, weights: ReadonlyMap<string, tf.Tensor>): Record<'mask' | 'image', tf.Tensor> {
    return this.#generator(batch.patchCount)<tf.Tensor>(new TfjsOps(weights), batch);
  }

  #judge(ops: TfjsOps, image: tf.Tensor): tf.Tensor {
    return keyPatchDiscriminator({ filters: this.#options.filtersD })<tf.Tensor>(ops, image).real;
  }
}

/** A network with batch norms: its parameters, its optimiser and its running statistics. */
export class NormedNetwork {
  readonly vector: ParameterVector;
  readonly statistics: BatchStatistics;
  readonly #adam: FlatAdam;

  constructor(
    { parameters, statistics }: NetworkTrace,
    options: { readonly beta1: number; readonly beta2: number; readonly random: Random },
  ) {
    this.vector = new ParameterVector(parameters, options.random);
    this.statistics = new BatchStatistics(statistics);
    this.#adam = new FlatAdam(this.vector, options);
  }

  /** Runs one step of the optimiser; returns the losses, which the caller disposes. @param compute the losses, already weighted. */
  learn(rate: number, compute: (ops: TfjsOps) => Losses): Losses {
    const moments: { readonly name: string; readonly mean: tf.Tensor; readonly variance: tf.Tensor }[] = [];
    const { losses, gradients } = lossesAndGradients([this.vector], ([weights]) =>
      compute(
        new TfjsOps(weights ?? new Map(), (name, mean, variance) => {
          moments.push({ name, mean: tf.keep(tf.clone(mean)), variance: tf.keep(tf.clone(variance)) });
        }),
      ),
    );
    for (const { name, mean, variance } of moments) {
      this.statistics.update(name, mean, variance);
      tf.dispose([mean, variance]);
    }
    const own = gradients[0] ?? [];
    this.#adam.step(own, rate);
    tf.dispose([...own]);
    return losses;
  }

  /** Weights and statistics by name; copies. */
  async weights(): Promise<Weights> {
    return new Map([...this.vector.namedViews(await readVector(this.vector.flat)), ...(await this.statistics.read())]);
  }

  async state(): Promise<NamedArrays> {
    const { step, mean, square } = await this.#adam.state();
    const statistics = [...(await this.statistics.read())].map(
      ([name, values]) => [`statistics/${name}`, values] as const,
    );
    return new Map([
      ['weights', await readVector(this.vector.flat)],
      ['adam/mean', mean],
      ['adam/square', square],
      ['adam/step', Float32Array.of(step)],
      ...statistics,
    ]);
  }

  load(state: NamedArrays): void {
    const read = (name: string): Float32Array => {
      const values = state.get(name);
      if (!values) throw new RangeError(`the state of a network must hold ${name}`);
      return values;
    };
    this.vector.load(this.vector.namedViews(read('weights')));
    this.#adam.load({ step: read('adam/step')[0] ?? 0, mean: read('adam/mean'), square: read('adam/square') });
    this.statistics.load(arraysWithPrefix(state, 'statistics/'));
  }

  close(): void {
    this.vector.close();
    this.statistics.close();
    this.#adam.close();
  }
}
