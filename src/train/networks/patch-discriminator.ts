import { classicInit } from './classic-init.js';
import type { Network, Ops } from './ops.js';

/** Settings of {@link patchDiscriminator}; the defaults are the published ones, but for the norm. */
export interface PatchOptions {
  /** Filters of the first layer; default 64. */
  readonly ndf?: number;
  /** Layers with stride 2; default 3, which judges patches of 70 x 70. */
  readonly layers?: number;
  /**
   * Default `instance`, the published one: of every layer but the first and the last. `spectral` computes as `none`: it
   * acts on the weights, by `spectrallyNormalised`.
   */
  readonly norm?: 'none' | 'instance' | 'spectral';
}

/**
 * CycleGAN's PatchGAN (Isola et al. 2017, section 3.2.2): C64, C128, C256, C512 with stride 1, and 1 filter; 4x4 kernels, LeakyReLU 0.2.
 * `[N, H, W, C]` to `scores` `[N, H/8 - 2, W/8 - 2, 1]`, logits or LSGAN's, one a patch. 2.76 M weights with the defaults.
 */
export function patchDiscriminator(options: PatchOptions = {}): Network<'scores'> {
  return (ops, input) => ({ scores: patchScores(ops, input, options, '') });
}

/** A PatchGAN's scores, its parameters' names beginning with `prefix`. */
export function patchScores<T>(ops: Ops<T>, input: T, options: PatchOptions, prefix: string): T {
  const { ndf = 64, layers = 3, norm = 'instance' } = options;
  const layer = { size: 4, pad: 1, init: classicInit };
  let x = ops.leakyRelu(ops.conv(input, { ...layer, name: `${prefix}conv1`, filters: ndf, stride: 2 }), 0.2); // [N, H/2, W/2, ndf]
  for (let index = 2; index <= layers + 1; index++) {
    const filters = ndf * Math.min(2 ** (index - 1), 8);
    const stride = index <= layers ? 2 : 1;
    x = ops.conv(x, { ...layer, name: `${prefix}conv${index}`, filters, stride });
    x = ops.leakyRelu(norm === 'instance' ? ops.instanceNorm(x) : x, 0.2);
  } // [N, H/8 - 1, W/8 - 1, 8 ndf]
  return ops.conv(x, { ...layer, name: `${prefix}scores`, filters: 1 }); // [N, H/8 - 2, W/8 - 2, 1]
}
