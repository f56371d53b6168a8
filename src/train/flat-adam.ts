import * as tf from '@tensorflow/tfjs-core';

import { type ParameterVector, readVector } from './parameter-vector.js';

/** Options of {@link FlatAdam}. */
export interface AdamOptions {
  /** Decay of the mean of the gradients; CycleGAN uses 0.5. */
  readonly beta1: number;
  /** Decay of the mean square of the gradients; CycleGAN uses 0.999. */
  readonly beta2: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Largest norm of a step's gradient; a larger one is scaled down. Default: any. */
  readonly maxGradientNorm?: number;
  /** Factors on the learning rate by prefix of the parameter name: `{ start: 0.25 }`. The longest matching prefix applies, else 1. */
  readonly learningRateScales?: Readonly<Record<string, number>>;
}

/** The state of Adam, each array `[size]` in the order of the vector. */
export interface AdamState {
  /** Steps done. */
  readonly step: number;
  /** Decayed mean of the gradients. */
  readonly mean: Float32Array;
  /** Decayed mean of their squares. */
  readonly square: Float32Array;
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1) on all parameters of a network at once, with bias correction and epsilon outside the
 * square root, as published and as in PyTorch. Borrows the vector.
 */
export class FlatAdam {
  readonly #vector: ParameterVector;
  readonly #options: Required<Omit<AdamOptions, 'learningRateScales' | 'maxGradientNorm'>>;
  readonly #maxGradientNorm: number;
  readonly #scales: tf.Tensor1D | undefined;
  #mean: tf.Tensor1D;
  #square: tf.Tensor1D;
  #step = 0;

  constructor(vector: ParameterVector, options: AdamOptions) {
    const { beta1, beta2, epsilon = 1e-8, maxGradientNorm = Infinity, learningRateScales } = options;
    this.#maxGradientNorm = maxGradientNorm;
    this.#vector = vector;
    this.#options = { beta1, beta2, epsilon };
    this.#scales = learningRateScales && tf.keep(tf.tensor1d(vector.scalesByPrefix(learningRateScales)));
    this.#mean = tf.keep(tf.zeros([vector.size]));
    this.#square = tf.keep(tf.zeros([vector.size]));
  }

  /** Steps done. */
  get steps(): number {
    return this.#step;
  }

  /** Updates the parameters of the vector. @param gradients one per parameter, in the order of the vector; lent. Throws RangeError for other shapes. */
  step(gradients: readonly tf.Tensor[], learningRate: number): void {
    const { beta1, beta2, epsilon } = this.#options;
    const next = tf.tidy(() => {
      const gradient = clipNorm(this.#vector.flatten(gradients), this.#maxGradientNorm);
      const step = this.#step + 1;
      const mean = tf.add<tf.Tensor1D>(tf.mul(this.#mean, beta1), tf.mul(gradient, 1 - beta1));
      const square = tf.add<tf.Tensor1D>(tf.mul(this.#square, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      // mean / (1 - beta1^t) over sqrt(square / (1 - beta2^t)) + epsilon, the first factor applied to the learning rate
      const root = tf.add(tf.sqrt(tf.div(square, 1 - beta2 ** step)), epsilon);
      const direction = tf.mul(tf.div(mean, root), learningRate / (1 - beta1 ** step));
      const change = this.#scales ? tf.mul(direction, this.#scales) : direction;
      return { mean: tf.keep(mean), square: tf.keep(square), flat: tf.sub<tf.Tensor1D>(this.#vector.flat, change) };
    });
    this.#disposeMoments();
    this.#mean = next.mean;
    this.#square = next.square;
    this.#vector.replace(next.flat);
    this.#step++;
  }

  /** A copy. */
  async state(): Promise<AdamState> {
    return { step: this.#step, mean: await readVector(this.#mean), square: await readVector(this.#square) };
  }

  /** Copies a state in. Throws RangeError for another size. */
  load({ step, mean, square }: AdamState): void {
    for (const moment of [mean, square]) {
      if (moment.length !== this.#vector.size) {
        throw new RangeError(`a state must hold ${this.#vector.size} numbers, got ${moment.length}`);
      }
    }
    this.#disposeMoments();
    this.#mean = tf.keep(tf.tensor1d(mean.slice()));
    this.#square = tf.keep(tf.tensor1d(square.slice()));
    this.#step = step;
  }

  close(): void {
    this.#disposeMoments();
    this.#scales?.dispose();
  }

  #disposeMoments(): void {
    this.#mean.dispose();
    this.#square.dispose();
  }
}

function clipNorm(gradient: tf.Tensor1D, max: number): tf.Tensor1D {
  if (max === Infinity) return gradient;
  const norm = tf.sqrt(tf.sum(tf.square(gradient)));
  return tf.mul(gradient, tf.minimum(1, tf.div(max, tf.add(norm, 1e-6))));
}
