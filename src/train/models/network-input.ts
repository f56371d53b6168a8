import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../../core/random.js';

/** YUV `[N, H, W, 3]` (Y in [0, 1], U and V in [-0.5, 0.5]) as [-1, 1], the value range of the classic networks. */
export function yuvToSigned(yuv: tf.Tensor4D): tf.Tensor4D {
  return toDiscriminatorInput(yuv, 1);
}

/** The inverse of {@link yuvToSigned}. */
export function signedToYuv(signed: tf.Tensor4D): tf.Tensor4D {
  return tf.add(tf.mul(signed, 0.5), tf.tensor1d([0.5, 0, 0]));
}

/** YUV as a discriminator sees it: as {@link yuvToSigned}, with chroma multiplied by a factor. */
export function toDiscriminatorInput(yuv: tf.Tensor4D, chromaFactor: number): tf.Tensor4D {
  return tf.add(tf.mul(yuv, tf.tensor1d([2, 2 * chromaFactor, 2 * chromaFactor])), tf.tensor1d([-1, 0, 0]));
}

/** Rows and columns of noise beyond the size of an image: random crops start within them. */
const NOISE_MARGIN = 64;

/** Normal noise, generated once and cropped at random: new noise for each step would cost more than the network. */
export class NoiseBank {
  readonly #bank: tf.Tensor4D;
  readonly #size: readonly [number, number];

  constructor(height: number, width: number, random: Random) {
    this.#size = [height, width];
    const shape: [number, number, number, number] = [1, height + NOISE_MARGIN, width + NOISE_MARGIN, 3];
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal());
    this.#bank = tf.keep(tf.tensor4d(values, shape));
  }

  /** Images `[N, H, W, 3]` plus normal noise of this standard deviation. Call it within a `tf.tidy`. */
  addTo(images: tf.Tensor4D, sigma: number, random: Random): tf.Tensor4D {
    if (sigma === 0) return images;
    const [height, width] = this.#size;
    const crops = Array.from({ length: images.shape[0] }, () =>
      tf.slice(this.#bank, [0, random.below(NOISE_MARGIN), random.below(NOISE_MARGIN), 0], [1, height, width, 3]),
    );
    return tf.add(images, tf.mul(crops.length === 1 ? (crops[0] ?? this.#bank) : tf.concat(crops, 0), sigma));
  }

  close(): void {
    this.#bank.dispose();
  }
}
