import * as tf from '@tensorflow/tfjs-core';
import { AFFINE_SIZE, CORE_GAIN_CHROMA, CORE_GAIN_LUMA, GRID_BINS } from '../../look/look.js';
import { resizeBilinear } from '../networks/tfjs-gradients.js';

/** A batch of looks, channels last: grid `[N, 9, 16, 96]` and lights layer `[N, 72, 128, 4]`. */
export interface LookBatch {
  readonly grid: tf.Tensor4D;
  readonly lights: tf.Tensor4D;
}

/**
 * The night of each day under its look, differentiable in both: `[N, H, W, 3]` to `[N, H, W, 3]`, Y in [0, 1], U and V in
 * [-0.5, 0.5], not clamped. Slices the bilateral grid as a weighted sum over its luma bins: plain arithmetic that every backend has.
 */
export function applyLook({ grid, lights }: LookBatch, day: tf.Tensor4D): tf.Tensor4D {
  const [count, height, width] = day.shape;
  const luma = tf.slice(day, [0, 0, 0, 0], [-1, -1, -1, 1]);
  const bins = tf.range(0, GRID_BINS);
  const hat = tf.relu(tf.sub(1, tf.abs(tf.sub(tf.mul(tf.clipByValue(luma, 0, 1), GRID_BINS - 1), bins)))); // [N, H, W, 8]
  const fine = tf.reshape(resizeBilinear(grid, height, width), [count, height, width, GRID_BINS, AFFINE_SIZE]);
  const affine = tf.sum(tf.mul(fine, tf.reshape(hat, [count, height, width, GRID_BINS, 1])), 3); // [N, H, W, 12]
  const one = tf.onesLike(luma);
  const pixel = tf.reshape(tf.concat([day, one], 3), [count, height, width, 1, 4]);
  const graded = tf.sum(tf.mul(tf.reshape(affine, [count, height, width, 3, 4]), pixel), 4); // [N, H, W, 3]

  const { core, halo } = applyLights(lights, day);
  return tf.add<tf.Tensor4D>(tf.add(graded, core), halo);
}

/** What a lights layer `[N, 72, 128, 4]` adds to a day: the day's own pixels times the core gain, and the halo; each `[N, H, W, 3]`. */
export function applyLights(
  lights: tf.Tensor4D,
  day: tf.Tensor4D,
): { readonly core: tf.Tensor4D; readonly halo: tf.Tensor4D } {
  const fine = resizeBilinear(lights, day.shape[1], day.shape[2]); // [N, H, W, 4]
  const gain = tf.slice(fine, [0, 0, 0, 0], [-1, -1, -1, 1]);
  const halo = tf.slice<tf.Rank.R4, tf.Tensor4D>(fine as tf.Tensor4D, [0, 0, 0, 1], [-1, -1, -1, 3]);
  const factors = tf.tensor1d([CORE_GAIN_LUMA, CORE_GAIN_CHROMA, CORE_GAIN_CHROMA]);
  const core = tf.mul<tf.Tensor4D>(tf.mul(gain, day), factors);
  return { core, halo };
}
