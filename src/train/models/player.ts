import type * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../../core/random.js';
import { FlatAdam, type AdamOptions } from '../flat-adam.js';
import type { Network } from '../networks/ops.js';
import { TfjsOps } from '../networks/tfjs-ops.js';
import { traceNetwork } from '../networks/trace.js';
import { ParameterVector } from '../parameter-vector.js';
import { SpectralState, spectrallyNormalised } from '../spectral-norm.js';
import { WeightAverage } from '../weight-average.js';
import type { Arrays } from '../checkpoint.js';

/** What a player is made with. */
export interface PlayerOptions {
  readonly input: readonly [height: number, width: number, channels: number];
  readonly adam: AdamOptions;
  readonly random: Random;
  /** Decay of the average of its weights; undefined: none is kept. */
  readonly averageDecay?: number;
  /** Whether its kernels are divided by their largest singular value. */
  readonly hasSpectralNorm?: boolean;
}

/** A network in the game: its parameters, its optimiser, and what goes with them. Owns its tensors until {@link close}. */
export class Player<K extends string = string> {
  readonly vector: ParameterVector;
  readonly adam: FlatAdam;
  readonly average: WeightAverage | undefined;
  readonly #network: Network<K>;
  readonly #spectral: SpectralState | undefined;

  constructor(network: Network<K>, options: PlayerOptions) {
    const { parameters } = traceNetwork(network, options.input);
    this.#network = network;
    this.vector = new ParameterVector(parameters, options.random);
    this.adam = new FlatAdam(this.vector, options.adam);
    this.average = options.averageDecay === undefined ? undefined : new WeightAverage(this.vector, options.averageDecay);
    this.#spectral = options.hasSpectralNorm ? SpectralState.create(parameters, options.random) : undefined;
  }

  /** The network on a batch, with its own weights or others; within a tidy. */
  run(input: tf.Tensor, weights: ReadonlyMap<string, tf.Tensor> = this.vector.tensors): Readonly<Record<K, tf.Tensor>> {
    const used = this.#spectral ? spectrallyNormalised(weights, this.#spectral) : weights;
    return this.#network<tf.Tensor>(new TfjsOps(used), input);
  }

  /** One power iteration of the spectral norm; once a step, before the first {@link run}. */
  advance(): void {
    this.#spectral?.advance(this.vector.tensors);
  }

  /** One step of the optimiser, and of the average. @param gradients lent. */
  step(gradients: readonly tf.Tensor[], learningRate: number): void {
    this.adam.step(gradients, learningRate);
    this.average?.update(this.adam.steps);
  }

  /** Everything that a checkpoint keeps; copies. */
  async state(): Promise<Arrays> {
    const adam = await this.adam.state();
    const arrays = new Map<string, Float32Array>([
      ['weights', Float32Array.from(await this.vector.flat.data())],
      ['adam/mean', adam.mean],
      ['adam/square', adam.square],
      ['adam/step', Float32Array.of(adam.step)],
    ]);
    if (this.average) arrays.set('average', await this.average.read());
    for (const [name, values] of (await this.#spectral?.state()) ?? []) arrays.set(`spectral/${name}`, values);
    return arrays;
  }

  /** Copies a state in. Throws RangeError for another network's. */
  load(state: Arrays): void {
    const read = (name: string): Float32Array => {
      const values = state.get(name);
      if (!values) throw new RangeError(`a network's state must hold ${name}`);
      return values;
    };
    this.vector.load(this.vector.named(read('weights')));
    this.adam.load({ step: read('adam/step')[0] ?? 0, mean: read('adam/mean'), square: read('adam/square') });
    this.average?.load(read('average'));
    this.#spectral?.load(
      new Map([...state].flatMap(([name, values]) => (name.startsWith('spectral/') ? [[name.slice(9), values]] : []))),
    );
  }

  close(): void {
    this.vector.close();
    this.adam.close();
    this.average?.close();
    this.#spectral?.close();
  }
}
