import type * as tf from '@tensorflow/tfjs-core';
import type { OperatorReader } from './operator-reader.js';

/** Computes an operator's output from its tensors. Values of rank 4 are `[N, H, W, C]`, see `tensor-layout.ts`. */
export type Operator = (inputs: readonly tf.Tensor[]) => tf.Tensor;
/** Reads an operator's attributes and constants, once. Throws an Error, a clause for people, for one that it does not know. */
export type OperatorBuilder = (node: OperatorReader) => Operator;

/** Throws where an operator lacks an input. */
export function required(x: tf.Tensor | undefined): tf.Tensor {
  if (!x) throw new Error('an operator lacks an input');
  return x;
}
