import * as tf from '@tensorflow/tfjs-core';

/**
 * The mean absolute value (L1 norm over the count). Its gradient at 0 is 0, as PyTorch's, where that of `tf.abs` is -1: what rests at its
 * anchor is not pushed off it.
 */
export function meanAbsolute(x: tf.Tensor): tf.Scalar {
  const mean = tf.customGrad<tf.Tensor>((input, save) => {
    const tensor = input as tf.Tensor; // customGrad's types do not know what it is called with
    (save as tf.GradSaveFunc)([tensor]);
    return {
      value: tf.mean(tf.abs(tensor)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        saved.map((value) => tf.mul(tf.sign(value), tf.div(dy, value.size))),
    };
  });
  return tf.reshape<tf.Rank.R0>(mean(x), []);
}

/** The mean absolute difference; one may be repeated to the other's shape: CycleGAN's L1 loss. */
export function absoluteDistance(a: tf.Tensor, b: tf.Tensor): tf.Scalar {
  return meanAbsolute(tf.sub(a, b));
}
