import * as tf from '@tensorflow/tfjs-core';

/**
 * What a discriminator's scores are compared by: `lsgan`, squares to 1 and 0 (Mao et al. 2017; CycleGAN's); `vanilla`, cross-entropy of logits
 * (Goodfellow et al. 2014); `hinge` (Lim and Ye 2017; Miyato et al. 2018).
 */
export type GanMode = 'lsgan' | 'vanilla' | 'hinge';

/**
 * What a generator pays for being found out: low where its fakes pass for real. Mean over a scale's patches, then over scales.
 * @param scores of its pictures, `[N, h, w, 1]` a scale. Throws RangeError without any.
 */
export function generatorLoss(mode: GanMode, scores: readonly tf.Tensor[]): tf.Scalar {
  return meanOf(scores, (fake) => {
    switch (mode) {
      case 'lsgan':
        return squaresTo(fake, 1);
      case 'vanilla':
        return crossEntropy(fake, true);
      case 'hinge':
        return tf.neg(tf.mean(fake));
    }
  });
}

/**
 * What a discriminator pays for mistakes: half the sum of that on real and that on fake pictures, halved as CycleGAN does to slow it
 * against the generator. Mean over a scale's patches, then over scales.
 * @param scores `[N, h, w, 1]` a scale; as many scales of both, N may differ. Throws RangeError without any.
 */
export function discriminatorLoss(
  mode: GanMode,
  { real, fake }: { readonly real: readonly tf.Tensor[]; readonly fake: readonly tf.Tensor[] },
): tf.Scalar {
  const mistakes = (scores: readonly tf.Tensor[], isReal: boolean): tf.Scalar =>
    meanOf(scores, (score) => {
      switch (mode) {
        case 'lsgan':
          return squaresTo(score, isReal ? 1 : 0);
        case 'vanilla':
          return crossEntropy(score, isReal);
        case 'hinge':
          return tf.mean(tf.relu(isReal ? tf.sub(1, score) : tf.add(1, score)));
      }
    });
  return tf.mul(tf.add(mistakes(real, true), mistakes(fake, false)), 0.5);
}

function squaresTo(scores: tf.Tensor, target: number): tf.Scalar {
  return tf.mean(tf.square(target === 0 ? scores : tf.sub(scores, target)));
}

/** Of logits to 1 where real, else to 0: the softplus of the logit towards the wrong side. */
function crossEntropy(logits: tf.Tensor, isReal: boolean): tf.Scalar {
  return tf.mean(tf.softplus(isReal ? tf.neg(logits) : logits));
}

function meanOf(scores: readonly tf.Tensor[], loss: (scores: tf.Tensor) => tf.Scalar): tf.Scalar {
  if (scores.length === 0) throw new RangeError('scores must hold at least one scale, got none');
  return tf.div(tf.addN(scores.map(loss)), scores.length);
}
