import * as tf from '@tensorflow/tfjs-core';

/** Pixels added to a region's size, so that a batch without any has the loss 0. */
const MIN_PIXELS = 1;

/**
 * The mean absolute difference of images `[N, H, W, C]` inside a region, `[N, H, W, 1]` from 0 to 1; the mean is over the batch's pixels of the
 * region and over channels. 0 for no region.
 */
export function regionLoss(images: tf.Tensor, targets: tf.Tensor, region: tf.Tensor): tf.Scalar {
  const pixels = tf.add(tf.sum(region), MIN_PIXELS);
  const channels = images.shape.at(-1) ?? 1;
  // |d| m = |d m|, and the gradient of |.| at 0 is 0 where m is 0.
  const sum = tf.sum(tf.abs(tf.mul(tf.sub(images, targets), region)));
  return tf.reshape<tf.Rank.R0>(tf.div(sum, tf.mul(pixels, channels)), []);
}
