import * as tf from '@tensorflow/tfjs-core';

/** YUV (Y in [0, 1], U and V in [-0.5, 0.5]) to [-1, 1]: what classic networks take and give. `[N, H, W, 3]`. */
export function toUnit(yuv: tf.Tensor4D): tf.Tensor4D {
  return toJudged(yuv, 1);
}

/** The inverse of {@link toUnit}. */
export function toYuv(unit: tf.Tensor4D): tf.Tensor4D {
  return tf.add(tf.mul(unit, 0.5), tf.tensor1d([0.5, 0, 0]));
}

/** As {@link toUnit}, with chroma times a factor: what discriminators see. */
export function toJudged(yuv: tf.Tensor4D, chroma: number): tf.Tensor4D {
  return tf.add(tf.mul(yuv, tf.tensor1d([2, 2 * chroma, 2 * chroma])), tf.tensor1d([-1, 0, 0]));
}
