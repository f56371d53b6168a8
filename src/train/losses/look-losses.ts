import * as tf from '@tensorflow/tfjs-core';

import { absoluteDistance } from './absolute-distance.js';
import { totalVariation } from './total-variation.js';

/**
 * How far a look's grid is from one to stay near: the mean absolute distance of `[N, 9, 16, 96]` (8 bins x 12 coefficients) from `[1, 9, 16, 96]` or
 * `[N, 9, 16, 96]`. Without it an adversary drifts towards its night set's average brightness.
 */
export function gridAnchorLoss(grid: tf.Tensor, anchor: tf.Tensor): tf.Scalar {
  return absoluteDistance(grid, anchor);
}

/** How much a grid `[N, 9, 16, 96]` changes from cell to cell, along rows and down columns; not from bin to bin, which is contrast. */
export function gridVariationLoss(grid: tf.Tensor): tf.Scalar {
  return totalVariation(grid);
}

/** How much of the picture is lit: the mean of `core`, which is never negative, `[N, 72, 128, 1]`. */
export function coreLoss(core: tf.Tensor): tf.Scalar {
  return tf.mean(core);
}
