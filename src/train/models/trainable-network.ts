import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../../core/random.js';
import { arraysWithPrefix, type NamedArrays } from '../checkpoint.js';
import { FlatAdam, type AdamOptions } from '../flat-adam.js';
import type { Network, Weights } from '../networks/ops.js';
import { TfjsOps } from '../networks/tfjs-ops.js';
import { traceNetwork } from '../networks/trace.js';
import { ParameterVector, readVector } from '../parameter-vector.js';
import { applySpectralNorm, SpectralState } from '../spectral-norm.js';
import { WeightAverage } from '../weight-average.js';
import { standardise, unfoldGains, withGains } from '../weight-standardisation.js';

/** Options of {@link TrainableNetwork}. */
export interface TrainableNetworkOptions {
  readonly input: readonly [height: number, width: number, channels: number];
  readonly adam: AdamOptions;
  readonly random: Random;
  /** Decay of the exponential moving average of the weights; undefined: no average. */
  readonly averageDecay?: number;
  /** Whether each kernel is divided by its largest singular value. */
  readonly hasSpectralNorm?: boolean;
  /** Whether kernels are standardised: see `weight-standardisation.ts`. Not together with the spectral norm. */
  readonly isStandardised?: boolean;
}

/** A network with its weights, optimiser, weight average and spectral norm. Owns its tensors until {@link close}. */
export class TrainableNetwork<K extends string = string> {
  readonly vector: ParameterVector;
  readonly adam: FlatAdam;
  readonly average: WeightAverage | undefined;
  readonly #network: Network<K>;
  readonly #spectral: SpectralState | undefined;
  readonly #isStandardised: boolean;

  constructor(network: Network<K>, options: TrainableNetworkOptions) {
    const { isStandardised = false } = options;
    const traced = traceNetwork(network, options.input).parameters;
    const parameters = isStandardised ? withGains(traced) : traced;
    this.#isStandardised = isStandardised;
    this.#network = network;
    this.vector = new ParameterVector(parameters, options.random);
    this.adam = new FlatAdam(this.vector, options.adam);
    this.average =
      options.averageDecay === undefined ? undefined : new WeightAverage(this.vector, options.averageDecay);
    this.#spectral = options.hasSpectralNorm ? SpectralState.create(parameters, options.random) : undefined;
  }

  /** The outputs for a batch, with the network's own weights or the given ones. Call it within a `tf.tidy`. */
  run(input: tf.Tensor, weights: ReadonlyMap<string, tf.Tensor> = this.vector.tensors): Readonly<Record<K, tf.Tensor>> {
    const plain = this.#isStandardised ? standardise(weights) : weights;
    const used = this.#spectral ? applySpectralNorm(plain, this.#spectral) : plain;
    return this.#network<tf.Tensor>(new TfjsOps(used), input);
  }

  /** Runs one power iteration of the spectral norm. Call it once a step, before the first {@link run}. */
  updateSpectralNorm(): void {
    this.#spectral?.iterate(this.vector.tensors);
  }

  /** Runs one step of the optimiser and updates the weight average. @param gradients lent. */
  step(gradients: readonly tf.Tensor[], learningRate: number): void {
    this.adam.step(gradients, learningRate);
    this.average?.update(this.adam.steps);
  }

  /** Copies weights in, of the average too, for a training that starts from them. @param weights plain, without gains. */
  start(weights: Weights): void {
    this.vector.load(this.#isStandardised ? unfoldGains(this.vector.parameters, weights) : weights);
    this.average?.restart();
  }

  /** The state for a checkpoint; a copy. */
  async state(): Promise<NamedArrays> {
    const adam = await this.adam.state();
    const arrays = new Map<string, Float32Array>([
      ['weights', await readVector(this.vector.flat)],
      ['adam/mean', adam.mean],
      ['adam/square', adam.square],
      ['adam/step', Float32Array.of(adam.step)],
    ]);
    if (this.average) arrays.set('average', await this.average.read());
    for (const [name, values] of (await this.#spectral?.state()) ?? []) arrays.set(`spectral/${name}`, values);
    return arrays;
  }

  /** Copies a state in. Throws RangeError for the state of another network. */
  load(state: NamedArrays): void {
    const read = (name: string): Float32Array => {
      const values = state.get(name);
      if (!values) throw new RangeError(`the state of a network must hold ${name}`);
      return values;
    };
    this.vector.load(this.vector.namedViews(read('weights')));
    this.adam.load({ step: read('adam/step')[0] ?? 0, mean: read('adam/mean'), square: read('adam/square') });
    this.average?.load(read('average'));
    this.#spectral?.load(arraysWithPrefix(state, 'spectral/'));
  }

  close(): void {
    this.vector.close();
    this.adam.close();
    this.average?.close();
    this.#spectral?.close();
  }
}

/** Losses by name: scalars on the device. The caller disposes them. */
export type Losses = Record<string, tf.Scalar>;

/** The losses of a step, and for each network one gradient per parameter in the order of its vector. The caller disposes them. */
export interface LossesAndGradients {
  readonly losses: Losses;
  readonly gradients: readonly (readonly tf.Tensor[])[];
}

/**
 * Differentiates the sum of the losses with respect to all parameters of some networks. @param compute receives the parameters
 * of each network by name and returns the losses, already weighted. Tensors that must outlive the call need `tf.keep`.
 */
export function lossesAndGradients(
  vectors: readonly ParameterVector[],
  compute: (weights: readonly ReadonlyMap<string, tf.Tensor>[]) => Losses,
): LossesAndGradients {
  const tensors = vectors.flatMap((vector) => [...vector.tensors.values()]);
  let losses: Losses = {};
  const total = (...parameters: tf.Tensor[]): tf.Scalar => {
    let at = 0;
    const weights = vectors.map(
      (vector) => new Map(vector.parameters.map(({ name }) => [name, parameters[at++] as tf.Tensor])), // one per parameter
    );
    const computed = compute(weights);
    losses = Object.fromEntries(Object.entries(computed).map(([name, loss]) => [name, tf.keep(tf.clone(loss))]));
    // Not addN: with nine or more losses it binds more storage buffers than WebGPU guarantees.
    return Object.values(computed).reduce((sum, loss) => tf.add(sum, loss));
  };
  const { value, grads } = tf.valueAndGrads(total)(tensors);
  value.dispose();
  let at = 0;
  return { losses, gradients: vectors.map(({ parameters }) => grads.slice(at, (at += parameters.length))) };
}
