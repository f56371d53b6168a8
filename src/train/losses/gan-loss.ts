import * as tf from '@tensorflow/tfjs-core';

/**
 * The adversarial loss: `lsgan`, squared distance to 1 and 0 (Mao et al. 2017; CycleGAN's); `vanilla`, cross-entropy of logits
 * (Goodfellow et al. 2014); `hinge` (Lim and Ye 2017; Miyato et al. 2018).
 */
export type GanMode = 'lsgan' | 'vanilla' | 'hinge';

/**
 * The generator's adversarial loss: low where its fakes are scored as real. Mean over the patches of a scale, then over scales.
 * @param scores of its images, `[N, h, w, 1]` per scale. Throws RangeError without any.
 */
export function generatorLoss(mode: GanMode, scores: readonly tf.Tensor[]): tf.Scalar {
  return meanOverScales(scores, (fake) => {
    switch (mode) {
      case 'lsgan':
        return meanSquaredError(fake, 1);
      case 'vanilla':
        return crossEntropy(fake, true);
      case 'hinge':
        return tf.neg(tf.mean(fake));
    }
  });
}

/**
 * The discriminator's loss: half the sum of its losses on real and on fake images. CycleGAN halves it to slow the discriminator
 * against the generator. Mean over the patches of a scale, then over scales.
 * @param scores `[N, h, w, 1]` per scale; as many scales of both, N may differ. Throws RangeError without any.
 */
export function discriminatorLoss(
  mode: GanMode,
  { real, fake }: { readonly real: readonly tf.Tensor[]; readonly fake: readonly tf.Tensor[] },
): tf.Scalar {
  const loss = (scores: readonly tf.Tensor[], isReal: boolean): tf.Scalar =>
    meanOverScales(scores, (score) => {
      switch (mode) {
        case 'lsgan':
          return meanSquaredError(score, isReal ? 1 : 0);
        case 'vanilla':
          return crossEntropy(score, isReal);
        case 'hinge':
          return tf.mean(tf.relu(isReal ? tf.sub(1, score) : tf.add(1, score)));
      }
    });
  return tf.mul(tf.add(loss(real, true), loss(fake, false)), 0.5);
}

function meanSquaredError(scores: tf.Tensor, target: number): tf.Scalar {
  return tf.mean(tf.square(target === 0 ? scores : tf.sub(scores, target)));
}

/** Cross-entropy of logits with the target 1 for real, 0 for fake: the softplus of the logit towards the wrong side. */
function crossEntropy(logits: tf.Tensor, isReal: boolean): tf.Scalar {
  return tf.mean(tf.softplus(isReal ? tf.neg(logits) : logits));
}

function meanOverScales(scores: readonly tf.Tensor[], loss: (scores: tf.Tensor) => tf.Scalar): tf.Scalar {
  if (scores.length === 0) throw new RangeError('scores must hold at least one scale, got none');
  return tf.div(tf.addN(scores.map(loss)), scores.length);
}
