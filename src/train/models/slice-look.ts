import * as tf from '@tensorflow/tfjs-core';
import { AFFINE_SIZE, CORE_GAIN_CHROMA, CORE_GAIN_LUMA, GRID_BINS } from '../../look/look.js';
import { resizeBilinear } from '../networks/tfjs-gradients.js';

/** A batch of looks: grid `[N, 9, 16, 96]` and lights `[N, 72, 128, 4]`, channels last. */
export interface LookBatch {
  readonly grid: tf.Tensor4D;
  readonly lights: tf.Tensor4D;
}

/**
 * The night of each day under its look, differentiable in both: `[N, H, W, 3]` to `[N, H, W, 3]`, Y in [0, 1], U and V in
 * [-0.5, 0.5], not clamped. Slices the grid as a sum over its bins, which is ordinary arithmetic on every backend.
 */
export function sliceLook({ grid, lights }: LookBatch, day: tf.Tensor4D): tf.Tensor4D {
  const [count, height, width] = day.shape;
  const luma = tf.slice(day, [0, 0, 0, 0], [-1, -1, -1, 1]);
  const bins = tf.range(0, GRID_BINS);
  const hat = tf.relu(tf.sub(1, tf.abs(tf.sub(tf.mul(tf.clipByValue(luma, 0, 1), GRID_BINS - 1), bins)))); // [N, H, W, 8]
  const fine = tf.reshape(resizeBilinear(grid, height, width), [count, height, width, GRID_BINS, AFFINE_SIZE]);
  const affine = tf.sum(tf.mul(fine, tf.reshape(hat, [count, height, width, GRID_BINS, 1])), 3); // [N, H, W, 12]
  const one = tf.onesLike(luma);
  const pixel = tf.reshape(tf.concat([day, one], 3), [count, height, width, 1, 4]);
  const graded = tf.sum(tf.mul(tf.reshape(affine, [count, height, width, 3, 4]), pixel), 4); // [N, H, W, 3]

  const { shining, halo } = lightOf(lights, day);
  return tf.add<tf.Tensor4D>(tf.add(graded, shining), halo);
}

/** What lights `[N, 72, 128, 4]` add to a day: its own pixels where they shine, and the glow; each `[N, H, W, 3]`. */
export function lightOf(lights: tf.Tensor4D, day: tf.Tensor4D): { readonly shining: tf.Tensor4D; readonly halo: tf.Tensor4D } {
  const fine = resizeBilinear(lights, day.shape[1], day.shape[2]); // [N, H, W, 4]
  const core = tf.slice(fine, [0, 0, 0, 0], [-1, -1, -1, 1]);
  const halo = tf.slice<tf.Rank.R4, tf.Tensor4D>(fine as tf.Tensor4D, [0, 0, 0, 1], [-1, -1, -1, 3]);
  const shining = tf.mul<tf.Tensor4D>(tf.mul(core, day), tf.tensor1d([CORE_GAIN_LUMA, CORE_GAIN_CHROMA, CORE_GAIN_CHROMA]));
  return { shining, halo };
}
