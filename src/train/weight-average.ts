import * as tf from '@tensorflow/tfjs-core';

import { type ParameterVector, readVector } from './parameter-vector.js';

/** Warm-up of the average: in step n its decay is at most n / (n + WARM_UP_STEPS). */
const WARM_UP_STEPS = 10;

/**
 * The exponential moving average of a network's parameters over its steps: the weights that are exported, less noisy than those of
 * the last step. Starts at the parameters. Borrows the vector.
 */
export class WeightAverage {
  readonly #vector: ParameterVector;
  readonly #decay: number;
  #average: tf.Tensor1D;

  /** @param decay share of the average that a step keeps; 0.999 is usual. */
  constructor(vector: ParameterVector, decay: number) {
    this.#vector = vector;
    this.#decay = decay;
    this.#average = tf.keep(tf.clone(vector.flat));
  }

  /**
   * Adds the present parameters to the average. Call it once a step. @param step steps done, this one included. Early steps
   * have a smaller decay (warm-up); otherwise the random initial weights would remain for thousands of steps.
   */
  update(step: number): void {
    const decay = Math.min(this.#decay, step / (step + WARM_UP_STEPS));
    const next = tf.tidy(() =>
      tf.keep(tf.add<tf.Tensor1D>(tf.mul(this.#average, decay), tf.mul(this.#vector.flat, 1 - decay))),
    );
    this.#average.dispose();
    this.#average = next;
  }

  /** The averaged parameters by name, each in its own shape. The caller disposes them. */
  tensors(): ReadonlyMap<string, tf.Tensor> {
    return this.#vector.split(this.#average);
  }

  /** `[size]` in the order of the vector; a copy. */
  async read(): Promise<Float32Array> {
    return readVector(this.#average);
  }

  /** Forgets the average: it is the present parameters again. */
  restart(): void {
    this.#average.dispose();
    this.#average = tf.keep(tf.clone(this.#vector.flat));
  }

  /** Copies an average in. Throws RangeError for another size. */
  load(average: Float32Array): void {
    if (average.length !== this.#vector.size) {
      throw new RangeError(`an average must hold ${this.#vector.size} numbers, got ${average.length}`);
    }
    this.#average.dispose();
    this.#average = tf.keep(tf.tensor1d(average.slice()));
  }

  close(): void {
    this.#average.dispose();
  }
}
