import * as tf from '@tensorflow/tfjs-core';

import { meanAbsolute } from './absolute-distance.js';

/** The mean absolute difference of neighbours in a row plus that of neighbours in a column, of `[N, H, W, C]` with H and W of at least 2. */
export function totalVariation(x: tf.Tensor): tf.Scalar {
  return tf.add(neighbourDistance(x, 1), neighbourDistance(x, 2));
}

function neighbourDistance(x: tf.Tensor, axis: number): tf.Scalar {
  const size = x.shape.map((length, index) => (index === axis ? length - 1 : length));
  const first = x.shape.map(() => 0);
  const next = x.shape.map((_, index) => (index === axis ? 1 : 0));
  return meanAbsolute(tf.sub(tf.slice(x, next, size), tf.slice(x, first, size)));
}
