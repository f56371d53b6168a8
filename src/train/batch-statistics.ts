import * as tf from '@tensorflow/tfjs-core';
import type { NamedArrays } from './checkpoint.js';
import type { ParameterSpec } from './networks/ops.js';
import { readVector } from './parameter-vector.js';

/** Share of a new batch in the running statistics, as in PyTorch. */
const MOMENTUM = 0.1;

/**
 * Running means and variances of a network's batch norms: with them an image is normalised alike whatever stands beside it. Owns its
 * tensors until {@link close}.
 */
export class BatchStatistics {
  #tensors: Map<string, tf.Tensor>;

  /** @param statistics as `traceNetwork` gives them. */
  constructor(statistics: readonly ParameterSpec[]) {
    this.#tensors = new Map(
      statistics.map(({ name, shape }) => {
        const start = name.endsWith('/variance') ? tf.ones([...shape]) : tf.zeros([...shape]);
        return [name, tf.keep(start)];
      }),
    );
  }

  /** By name. Lent until the next {@link update}, {@link load} or {@link close}. */
  get tensors(): ReadonlyMap<string, tf.Tensor> {
    return this.#tensors;
  }

  /** Follows the moments of a batch. Borrows them; for `TfjsOps`. Not differentiated: call it outside of a gradient function. */
  update(name: string, mean: tf.Tensor, variance: tf.Tensor): void {
    for (const [key, value] of [
      [`${name}/mean`, mean],
      [`${name}/variance`, variance],
    ] as const) {
      const before = this.#tensors.get(key);
      if (!before) throw new RangeError(`statistics must hold ${key}`);
      this.#tensors.set(key, tf.keep(tf.tidy(() => tf.add(tf.mul(before, 1 - MOMENTUM), tf.mul(value, MOMENTUM)))));
      before.dispose();
    }
  }

  /** Copies by name. */
  async read(): Promise<NamedArrays> {
    const arrays = new Map<string, Float32Array>();
    for (const [name, tensor] of this.#tensors) arrays.set(name, await readVector(tensor));
    return arrays;
  }

  /** Copies in. Throws RangeError where one is missing or has another size. */
  load(arrays: NamedArrays): void {
    for (const [name, tensor] of this.#tensors) {
      const values = arrays.get(name);
      if (values?.length !== tensor.size) {
        throw new RangeError(
          `statistics must hold ${tensor.size} numbers for ${name}, got ${values?.length ?? 'none'}`,
        );
      }
      this.#tensors.set(name, tf.keep(tf.tensor(values.slice(), tensor.shape)));
      tensor.dispose();
    }
  }

  close(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors = new Map();
  }
}
