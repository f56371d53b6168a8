import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../../core/random.js';

/** Rows and columns beyond a picture from which a part is taken. */
const MARGIN = 64;

/** Noise that is made once and shown in ever new places: drawing it anew each step would cost more than the network. */
export class NoiseBank {
  readonly #bank: tf.Tensor4D;
  readonly #size: readonly [number, number];

  constructor(height: number, width: number, random: Random) {
    this.#size = [height, width];
    const shape: [number, number, number, number] = [1, height + MARGIN, width + MARGIN, 3];
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal());
    this.#bank = tf.keep(tf.tensor4d(values, shape));
  }

  /** The pictures with normal noise of this sigma; within a tidy. */
  addTo(pictures: tf.Tensor4D, sigma: number, random: Random): tf.Tensor4D {
    if (sigma === 0) return pictures;
    const [height, width] = this.#size;
    const parts = pictures.shape[0];
    const noise = Array.from({ length: parts }, () =>
      tf.slice(this.#bank, [0, random.below(MARGIN), random.below(MARGIN), 0], [1, height, width, 3]),
    );
    return tf.add(pictures, tf.mul(noise.length === 1 ? (noise[0] ?? this.#bank) : tf.concat(noise, 0), sigma));
  }

  close(): void {
    this.#bank.dispose();
  }
}
