import * as tf from '@tensorflow/tfjs-core';

import { type ParameterVector, readVector } from './parameter-vector.js';

/** Steps after which half of the average is older. */
const WARM_UP = 10;

/**
 * The exponential average of a network's parameters over its steps: what is exported, steadier than the last step's.
 * Starts as the parameters are. Does not own the vector.
 */
export class WeightAverage {
  readonly #vector: ParameterVector;
  readonly #decay: number;
  #average: tf.Tensor1D;

  /** @param decay share of the old average that a step keeps; 0.999 is usual. */
  constructor(vector: ParameterVector, decay: number) {
    this.#vector = vector;
    this.#decay = decay;
    this.#average = tf.keep(tf.clone(vector.flat));
  }

  /**
   * Takes the parameters as they are now in; once a step. @param step steps done, with this one: the first ones count more
   * than their share, or the random start would be in the average for thousands of them.
   */
  update(step: number): void {
    const decay = Math.min(this.#decay, step / (step + WARM_UP));
    const next = tf.tidy(() =>
      tf.keep(tf.add<tf.Tensor1D>(tf.mul(this.#average, decay), tf.mul(this.#vector.flat, 1 - decay))),
    );
    this.#average.dispose();
    this.#average = next;
  }

  /** Each averaged parameter by name in its own shape. The caller disposes them. */
  tensors(): ReadonlyMap<string, tf.Tensor> {
    return this.#vector.split(this.#average);
  }

  /** `[size]` in the vector's order; a copy. `vector.named(...)` gives it by parameter. */
  async read(): Promise<Float32Array> {
    return readVector(this.#average);
  }

  /** Copies an average in. Throws RangeError for one of another size. */
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
