import * as tf from '@tensorflow/tfjs-core';
import type { Weights } from '../networks/ops.js';
import { sceneFeatures } from '../networks/scene-network.js';
import { TfjsOps } from '../networks/tfjs-ops.js';
import { traceNetwork } from '../networks/trace.js';
import { l1Loss } from './l1-loss.js';

/** What all sides of the recogniser's input are multiples of. */
const SIDE_STEP = 32;
/** Its smallest side. */
const MIN_SIDE = 64;

/**
 * TP-GAN's identity-preserving loss (Huang et al. 2017, equation 9): how far what a frozen recogniser sees in two images is apart, as the mean
 * absolute difference of its last two layers before its outputs. A face's recogniser is one of faces; a street's is the scene network. Owns its
 * tensors until {@link close}.
 */
export class RecogniserLoss {
  readonly #weights: ReadonlyMap<string, tf.Tensor>;
  readonly #size: readonly [height: number, width: number];

  /** @param weights of a scene network; copied. @param size height and width of the images. */
  constructor(weights: Weights, [height, width]: readonly [number, number]) {
    const side = (length: number): number => Math.max(MIN_SIDE, SIDE_STEP * Math.round(length / SIDE_STEP));
    this.#size = [side(height), side(width)];
    const { parameters } = traceNetwork(sceneFeatures, [...this.#size, 3]);
    this.#weights = new Map(
      parameters.map(({ name, shape }) => {
        const values = weights.get(name);
        if (!values) throw new RangeError(`a recogniser must hold ${name}`);
        return [name, tf.keep(tf.tensor(values.slice(), [...shape]))];
      }),
    );
  }

  /** The loss of images `[N, H, W, 3]` in [-1, 1], YUV. Call it within a `tf.tidy`. */
  of(images: tf.Tensor4D, targets: tf.Tensor4D): tf.Scalar {
    const [made, real] = [this.#features(images), this.#features(targets)];
    return tf.add(l1Loss(made.surfaces, real.surfaces), l1Loss(made.vehicles, real.vehicles));
  }

  close(): void {
    tf.dispose([...this.#weights.values()]);
  }

  #features(signed: tf.Tensor4D): { readonly surfaces: tf.Tensor; readonly vehicles: tf.Tensor } {
    const ops = new TfjsOps(this.#weights);
    const yuv = tf.add(tf.mul(signed, 0.5), tf.tensor1d([0.5, 0, 0]));
    const [height, width] = this.#size;
    const isSame = signed.shape[1] === height && signed.shape[2] === width;
    return sceneFeatures<tf.Tensor>(ops, isSame ? yuv : ops.resizeBilinear(yuv, height, width));
  }
}
