import * as tf from '@tensorflow/tfjs-core';
import type { Losses } from '../models/trainable-network.js';
import { generatorLoss } from './gan-loss.js';

/** Keeps the logarithm of a likelihood finite. */
const MIN_LIKELIHOOD = 1e-5;

/** The images of a step, `[N, S, S, 3]` in [-1, 1], and where in them the patches are, `[N, S, S, 1]`: 0 or 1. */
export interface KeyPatchImages {
  readonly real: tf.Tensor4D;
  readonly mask: tf.Tensor4D;
  /** Another real image for each. */
  readonly others: tf.Tensor4D;
}

/**
 * What the spatial loss is: `l1`, the published norm, whose best guess of an uncertain place is no mask at all; `cross-entropy`, whose best guess is
 * how likely a patch is there.
 */
export type SpatialLoss = 'l1' | 'cross-entropy';

/** The spatial loss, and the weights of it and of the appearance loss. */
export interface KeyPatchWeights {
  readonly spatial: SpatialLoss;
  readonly mask: number;
  readonly appearance: number;
}

/**
 * The losses of the generator (Lee et al. 2018, equations 2 to 4): spatial, the L1 norm (or the cross-entropy) between its mask and the true one; appearance, the L1 norm between its
 * image within its mask and the real one within the true mask; adversarial. Norms and cross-entropy are sums over an image, and means over the batch.
 * @param logits of its images.
 */
export function keyPatchGeneratorLosses(
  fake: { readonly mask: tf.Tensor; readonly image: tf.Tensor; readonly logits: tf.Tensor },
  { real, mask }: Pick<KeyPatchImages, 'real' | 'mask'>,
  weights: KeyPatchWeights,
): Losses {
  return {
    spatial: tf.mul(spatialLoss(fake.mask, mask, weights.spatial), weights.mask),
    appearance: tf.mul(meanNorm(tf.mul(fake.image, fake.mask), tf.mul(real, mask)), weights.appearance),
    gan: generatorLoss('vanilla', [fake.logits]),
  };
}

/** The mismatches that the discriminator learns to reject: parts of one real image in the surroundings of another, and the reverse. */
export function mismatches({ real, mask, others }: KeyPatchImages): {
  /** Shuffled patches in real surroundings. */
  readonly patches: tf.Tensor4D;
  /** Real patches in shuffled surroundings. */
  readonly surroundings: tf.Tensor4D;
} {
  const outside = tf.sub(1, mask);
  return {
    patches: tf.add(tf.mul(others, mask), tf.mul(real, outside)),
    surroundings: tf.add(tf.mul(real, mask), tf.mul(others, outside)),
  };
}

/** The losses of the discriminator: cross-entropy of real images, and of the generated ones and the two mismatches as negatives. */
export function keyPatchDiscriminatorLosses(
  logits: Readonly<Record<'real' | 'generated' | 'patches' | 'surroundings', tf.Tensor>>,
): Losses {
  const isFake = (scores: tf.Tensor): tf.Scalar => tf.mean(tf.softplus(scores));
  return {
    real: tf.mean(tf.softplus(tf.neg(logits.real))),
    generated: isFake(logits.generated),
    shuffledPatches: isFake(logits.patches),
    shuffledSurroundings: isFake(logits.surroundings),
  };
}

/** The L1 norm of the difference of each image; mean over the batch. */
function meanNorm(a: tf.Tensor, b: tf.Tensor): tf.Scalar {
  return tf.div(tf.sum(tf.abs(tf.sub(a, b))), a.shape[0]);
}

function spatialLoss(made: tf.Tensor, mask: tf.Tensor, kind: SpatialLoss): tf.Scalar {
  if (kind === 'l1') return meanNorm(made, mask);
  const log = (likelihood: tf.Tensor): tf.Tensor => tf.log(tf.add(likelihood, MIN_LIKELIHOOD)); // clipped, it would lose its gradient
  const each = tf.add(tf.mul(mask, log(made)), tf.mul(tf.sub(1, mask), log(tf.sub(1, made))));
  return tf.div(tf.neg(tf.sum(each)), made.shape[0]);
}
