import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../../core/random.js';
import type { NamedArrays } from '../checkpoint.js';
import { lossesAndGradients, TrainableNetwork, type Losses } from '../models/trainable-network.js';
import { sceneNetwork, SURFACE_CHANNELS, type SceneOutputs } from '../networks/scene-network.js';
import type { Weights } from '../networks/ops.js';
import { foldGains } from '../weight-standardisation.js';
import type { SceneBatch } from './scene-batches.js';
import { sceneLosses } from './scene-losses.js';
import type { SceneOptions } from './scene-options.js';
import { SURFACE_STEP, TARGET_CHANNELS, VEHICLE_STEP } from './scene-targets.js';

/** Largest norm of a step's gradient: a rare image must not undo many steps. */
const MAX_GRADIENT_NORM = 5;

/** The scene network in training. Owns its tensors until {@link close}. */
export class SceneModel {
  readonly #options: SceneOptions;
  readonly #net: TrainableNetwork<keyof SceneOutputs<unknown>>;

  constructor(options: SceneOptions) {
    const { width, height, beta1, beta2, averageDecay, seed } = options;
    this.#options = options;
    this.#net = new TrainableNetwork(sceneNetwork, {
      input: [height, width, 3],
      adam: { beta1, beta2 },
      random: new Random(seed),
      averageDecay,
      isStandardised: true,
    });
  }

  /** One step; returns its losses, which the caller disposes. Borrows the batch. */
  step(batch: SceneBatch, learningRate: number): Losses {
    const { batch: count } = this.#options;
    const { width, height } = batch.size;
    const input = tf.tensor4d(batch.input, [count, height, width, 3]);
    const shape = (step: number, channels: number): [number, number, number, number] => [
      count,
      height / step,
      width / step,
      channels,
    ];
    const surfaces = tf.tensor4d(batch.surfaces, shape(SURFACE_STEP, SURFACE_CHANNELS));
    const vehicles = tf.tensor4d(batch.vehicles, shape(VEHICLE_STEP, TARGET_CHANNELS));
    const { losses, gradients } = lossesAndGradients([this.#net.vector], ([weights]) =>
      sceneLosses(this.#net.run(input, weights), { surfaces, vehicles }, this.#options),
    );
    const own = gradients[0] ?? [];
    const clipped = clipNorm(own, MAX_GRADIENT_NORM);
    this.#net.step(clipped, learningRate);
    tf.dispose([input, surfaces, vehicles, ...own, ...clipped]);
    return losses;
  }

  /** Plain weights of the average, for {@link runScene} and the export; copies. */
  async weights(): Promise<Weights> {
    const { average, vector } = this.#net;
    if (!average) throw new RangeError('the scene model must have an average');
    return foldGains(vector.namedViews(await average.read()));
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

/** The gradients, scaled so that their norm is at most `max`. */
function clipNorm(gradients: readonly tf.Tensor[], max: number): tf.Tensor[] {
  return tf.tidy(() => {
    const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)));
    const norm = tf.sqrt(tf.addN(squares));
    const factor = tf.minimum(1, tf.div(max, tf.add(norm, 1e-6)));
    return gradients.map((gradient) => tf.mul(gradient, factor));
  });
}
