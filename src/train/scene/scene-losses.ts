import * as tf from '@tensorflow/tfjs-core';
import type { Losses } from '../models/trainable-network.js';
import type { SceneOutputs } from '../networks/scene-network.js';

/** Weights of the losses. */
export interface SceneLossWeights {
  readonly lambdaHeat: number;
  readonly lambdaFacing: number;
  readonly lambdaSize: number;
  readonly lambdaLamps: number;
}

/** Added to divisors. */
const EPSILON = 1e-3;

/**
 * The losses of a batch: cross-entropy of the surfaces, weighted per sample; of the vehicles the penalty-reduced focal loss of the
 * centres (Zhou et al. 2019, CenterNet, alpha 2, beta 4), cross-entropy of the facing, L1 of size and offset and of the lamps.
 * Call it within `tf.tidy`.
 * @param surfaces `[N, H/4, W/4, 13]`, `vehicles` `[N, H/8, W/8, 16]`: as `scene-targets.ts` writes them.
 */
export function sceneLosses(
  outputs: SceneOutputs<tf.Tensor>,
  targets: { readonly surfaces: tf.Tensor; readonly vehicles: tf.Tensor },
  { lambdaHeat, lambdaFacing, lambdaSize, lambdaLamps }: SceneLossWeights,
): Losses {
  const out = channels(outputs.vehicles);
  const goal = channels(targets.vehicles);
  const weight = goal(2, 1);
  const total = tf.add(tf.sum(weight), EPSILON);
  const known = tf.mul(weight, tf.sum(goal(3, 3), -1, true));
  const facing = tf.sum(tf.mul(tf.mul(goal(3, 3), logSoftmax(out(1, 3))), weight));
  const lampWeight = goal(14, 2);
  const left = tf.mul(absolute(out(8, 2), goal(10, 2)), tf.slice(lampWeight, [0, 0, 0, 0], [-1, -1, -1, 1]));
  const right = tf.mul(absolute(out(10, 2), goal(12, 2)), tf.slice(lampWeight, [0, 0, 0, 1], [-1, -1, -1, 1]));
  const scaled = (loss: tf.Tensor, factor: number): tf.Scalar => tf.mul(loss, factor);
  return {
    surfaces: crossEntropy(outputs.surfaces, targets.surfaces),
    heat: scaled(focalLoss(out(0, 1), goal(0, 1), goal(1, 1)), lambdaHeat),
    facing: scaled(tf.neg(tf.div(facing, tf.add(tf.sum(known), EPSILON))), lambdaFacing),
    size: scaled(tf.div(tf.sum(tf.mul(absolute(out(4, 4), goal(6, 4)), weight)), total), lambdaSize),
    lamps: scaled(tf.div(tf.sum(tf.add(left, right)), tf.add(tf.sum(lampWeight), EPSILON)), lambdaLamps),
  };
}

function crossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  return tf.neg(tf.div(tf.sum(tf.mul(targets, logSoftmax(logits))), tf.add(tf.sum(targets), EPSILON)));
}

/** Over the last axis. */
export function logSoftmax(logits: tf.Tensor): tf.Tensor {
  const operation = tf.customGrad((...inputs) => {
    // customGrad passes its tensors and then the save function; its type cannot express that.
    const [x, save] = inputs as unknown as [tf.Tensor, tf.GradSaveFunc];
    const shifted = tf.sub(x, tf.max(x, -1, true));
    const value = tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
    save([value]);
    const gradFunc = (dy: tf.Tensor, [y]: readonly tf.Tensor[]): tf.Tensor =>
      tf.tidy(() => tf.sub(dy, tf.mul(tf.exp(y as tf.Tensor), tf.sum(dy, -1, true)))); // what was saved
    return { value, gradFunc };
  });
  return operation(logits);
}

/** @param heat 1 at centres. @param weight 0 where nothing is known. */
function focalLoss(logits: tf.Tensor, heat: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  const probability = tf.clipByValue(tf.sigmoid(logits), 1e-4, 1 - 1e-4);
  const isCenter = tf.cast(tf.greater(heat, 0.99), 'float32');
  const missed = tf.mul(tf.mul(tf.square(tf.sub(1, probability)), tf.log(probability)), isCenter);
  const rest = tf.square(tf.square(tf.sub(1, heat)));
  const false_ = tf.mul(
    tf.mul(tf.square(probability), tf.log(tf.sub(1, probability))),
    tf.mul(rest, tf.sub(1, isCenter)),
  );
  const sum = tf.sum(tf.mul(tf.add(missed, false_), weight));
  return tf.neg(tf.div(sum, tf.maximum(tf.sum(tf.mul(isCenter, weight)), 1)));
}

function absolute(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.abs(tf.sub(a, b));
}

/** Slices channels of `[N, H, W, C]`. */
function channels(tensor: tf.Tensor): (from: number, count: number) => tf.Tensor {
  return (from, count) => tf.slice(tensor, [0, 0, 0, from], [-1, -1, -1, count]);
}
