import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../../core/random.js';
import type { NamedArrays } from '../checkpoint.js';
import type { AdamOptions } from '../flat-adam.js';
import { lossesAndGradients, TrainableNetwork, type Losses } from '../models/trainable-network.js';
import type { Network, Weights } from '../networks/ops.js';
import { foldGains } from '../weight-standardisation.js';

/** Options of {@link SupervisedModel}. */
interface SupervisedModelOptions extends Pick<AdamOptions, 'beta1' | 'beta2'> {
  readonly input: readonly [height: number, width: number, channels: number];
  readonly averageDecay: number;
  readonly seed: number;
  /** Largest norm of a step's gradient; default: any. */
  readonly maxGradientNorm?: number;
}

/** A network with standardised kernels that learns from targets. Owns its tensors until {@link close}. */
export class SupervisedModel<K extends string> {
  readonly #net: TrainableNetwork<K>;

  constructor(network: Network<K>, options: SupervisedModelOptions) {
    const { input, beta1, beta2, averageDecay, seed, maxGradientNorm } = options;
    const random = new Random(seed);
    this.#net = new TrainableNetwork(network, {
      input,
      adam: { beta1, beta2, ...(maxGradientNorm !== undefined && { maxGradientNorm }) },
      random,
      averageDecay,
      isStandardised: true,
    });
  }

  /**
   * Runs one step; returns its losses, which the caller disposes. @param input lent.
   * @param compute the losses of the network's outputs, already weighted.
   */
  protected learn(
    input: tf.Tensor,
    rate: number,
    compute: (outputs: Readonly<Record<K, tf.Tensor>>) => Losses,
  ): Losses {
    const { losses, gradients } = lossesAndGradients([this.#net.vector], ([weights]) =>
      compute(this.#net.run(input, weights)),
    );
    const own = gradients[0] ?? [];
    this.#net.step(own, rate);
    tf.dispose([...own]);
    return losses;
  }

  /** Plain weights of the average, for validation and the export; copies. */
  async weights(): Promise<Weights> {
    const { average, vector } = this.#net;
    if (!average) throw new RangeError('a supervised model must have an average');
    return foldGains(vector.namedViews(await average.read()));
  }

  /** Copies plain weights in, for a training that starts from them. Throws RangeError for those of another network. */
  start(weights: Weights): void {
    this.#net.start(weights);
  }

  state(): Promise<NamedArrays> {
    return this.#net.state();
  }

  load(state: NamedArrays): void {
    this.#net.load(state);
  }

  close(): void {
    this.#net.close();
  }
}
