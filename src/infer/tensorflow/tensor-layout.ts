import * as tf from '@tensorflow/tfjs-core';

// ONNX computes on [N, C, H, W]; TensorFlow has its kernels for [N, H, W, C], on CPUs only for that. So every value of rank 4 is stored
// as [N, H, W, C]; values of other ranks are stored as ONNX orders them.

/** Where an axis of ONNX is in a stored tensor. @param axis below 0: from the end. */
export function physicalAxis(axis: number, rank: number): number {
  const plain = axis < 0 ? axis + rank : axis;
  return rank === 4 ? ([0, 3, 1, 2][plain] ?? plain) : plain;
}

/** A stored tensor in ONNX's order. */
export function toOnnxOrder(x: tf.Tensor): tf.Tensor {
  return x.rank === 4 ? tf.transpose(x, [0, 3, 1, 2]) : x.clone();
}

/** A tensor in ONNX's order as it is stored. */
export function toPhysical(x: tf.Tensor): tf.Tensor {
  return x.rank === 4 ? tf.transpose(x, [0, 2, 3, 1]) : x.clone();
}
