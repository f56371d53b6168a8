import * as tf from '@tensorflow/tfjs-core';

/** 1 where the condition holds, else 0. Not a cast: on WebGPU, version 4.22, that gives the bits of integers as floats. */
export function maskOf(condition: tf.Tensor): tf.Tensor {
  return tf.where(condition, tf.ones(condition.shape), tf.zeros(condition.shape));
}
