import type { Network, Ops } from './ops.js';
import { type PatchOptions, patchScores } from './patch-discriminator.js';

/** Settings of {@link multiScaleDiscriminator}. */
export interface MultiScaleOptions extends PatchOptions {
  /** The sides of the blocks that a judged picture is the means of: 1 is the picture itself. Default `[1, 4]`. */
  readonly scales?: readonly number[];
}

/**
 * Several PatchGANs, one on the picture and others on its averages (Wang et al. 2018, section 3.2), which see what a patch is too small for.
 * `[N, H, W, C]` to `scale1`, `scale4`, .. `[N, h, w, 1]`; every scale divides H and W. Throws RangeError for scales that repeat.
 */
export function multiScaleDiscriminator(options: MultiScaleOptions = {}): Network<`scale${number}`> {
  const { scales = [1, 4] } = options;
  if (scales.length === 0 || new Set(scales).size !== scales.length) {
    throw new RangeError(`scales must be different numbers, at least one, got [${scales.join(', ')}]`);
  }
  return <T>(ops: Ops<T>, input: T) => {
    const judged = scales.map((scale) => {
      const picture = scale === 1 ? input : ops.averagePool(input, scale);
      return [`scale${scale}`, patchScores(ops, picture, options, `scale${scale}/`)] as const;
    });
    return Object.fromEntries(judged);
  };
}
