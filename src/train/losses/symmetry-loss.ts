import * as tf from '@tensorflow/tfjs-core';
import { l1Loss } from './l1-loss.js';

/** The mean absolute difference of images `[N, H, W, C]` from their mirror images: TP-GAN's symmetry loss (Huang et al. 2017, equation 5). */
export function symmetryLoss(images: tf.Tensor): tf.Scalar {
  return l1Loss(images, tf.reverse(images, 2));
}
