import * as tf from '@tensorflow/tfjs-core';
import type { ParameterVector } from '../parameter-vector.js';

/** Losses by name: numbers on the device that the caller disposes. */
export type Losses = Record<string, tf.Scalar>;

/** A step's losses and one gradient a parameter for each network, in the order of its vector; the caller disposes them. */
export interface ValueAndGradients {
  readonly losses: Losses;
  readonly gradients: readonly (readonly tf.Tensor[])[];
}

/**
 * Differentiates a sum of losses with respect to all parameters of some networks. @param compute gets each network's
 * parameters by name and gives the losses, already weighted; what it wants to live longer it keeps itself.
 */
export function valueAndGradients(
  vectors: readonly ParameterVector[],
  compute: (weights: readonly ReadonlyMap<string, tf.Tensor>[]) => Losses,
): ValueAndGradients {
  const tensors = vectors.flatMap((vector) => [...vector.tensors.values()]);
  let losses: Losses = {};
  const total = (...parameters: tf.Tensor[]): tf.Scalar => {
    let at = 0;
    const weights = vectors.map(
      (vector) => new Map(vector.parameters.map(({ name }) => [name, parameters[at++] as tf.Tensor])), // one for each
    );
    const found = compute(weights);
    losses = Object.fromEntries(Object.entries(found).map(([name, loss]) => [name, tf.keep(tf.clone(loss))]));
    // Not addN: of nine and more, on WebGPU, it would bind more buffers than a device must have.
    return Object.values(found).reduce((sum, loss) => tf.add(sum, loss));
  };
  const { value, grads } = tf.valueAndGrads(total)(tensors);
  value.dispose();
  let at = 0;
  return { losses, gradients: vectors.map(({ parameters }) => grads.slice(at, (at += parameters.length))) };
}
