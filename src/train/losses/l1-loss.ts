import * as tf from '@tensorflow/tfjs-core';

/**
 * The mean absolute value. Its gradient at 0 is 0, as in PyTorch; that of `tf.abs` is -1 there, which would push values off
 * their target.
 */
export function meanAbsolute(x: tf.Tensor): tf.Scalar {
  const mean = tf.customGrad<tf.Tensor>((input, save) => {
    const tensor = input as tf.Tensor; // customGrad's types leave out what it is called with
    (save as tf.GradSaveFunc)([tensor]);
    return {
      value: tf.mean(tf.abs(tensor)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        saved.map((value) => tf.mul(tf.sign(value), tf.div(dy, value.size))),
    };
  });
  return tf.reshape<tf.Rank.R0>(mean(x), []);
}

/** The mean absolute difference, as PyTorch's `L1Loss`; one tensor may be broadcast to the shape of the other. */
export function l1Loss(a: tf.Tensor, b: tf.Tensor): tf.Scalar {
  return meanAbsolute(tf.sub(a, b));
}

/** Mean absolute difference of horizontal neighbours plus that of vertical neighbours. `x` is `[N, H, W, C]`, H and W at least 2. */
export function totalVariation(x: tf.Tensor): tf.Scalar {
  return tf.add(meanAbsoluteDifference(x, 1), meanAbsoluteDifference(x, 2));
}

function meanAbsoluteDifference(x: tf.Tensor, axis: number): tf.Scalar {
  const size = x.shape.map((length, index) => (index === axis ? length - 1 : length));
  const first = x.shape.map(() => 0);
  const next = x.shape.map((_, index) => (index === axis ? 1 : 0));
  return meanAbsolute(tf.sub(tf.slice(x, next, size), tf.slice(x, first, size)));
}
