import { CLASSIC_INIT, type Network, type Ops } from './ops.js';

/** Options of {@link patchDiscriminator}; the defaults are the published PatchGAN. */
export interface PatchDiscriminatorOptions {
  /** Filters of the first layer; default 64. */
  readonly ndf?: number;
  /** Layers with stride 2; default 3: patches of 70 x 70. */
  readonly layers?: number;
  /**
   * Default `instance`, as published: after every layer except the first and the last. `spectral` computes as `none`, because
   * it acts on the weights (`applySpectralNorm`).
   */
  readonly norm?: 'none' | 'instance' | 'spectral';
  /** One PatchGAN for each, with weights of its own: 1 sees the image, n sees averages of n x n blocks. Default `[1]`. */
  readonly scales?: readonly number[];
}

/**
 * CycleGAN's PatchGAN (Isola et al. 2017, section 3.2.2): C64, C128, C256, C512 with stride 1, and 1 filter; 4x4 kernels, LeakyReLU 0.2.
 * Several scales (Wang et al. 2018, section 3.2) also see structures larger than a patch.
 * `[N, H, W, C]` to `scale1`, `scale4`, ... `[N, H/8 - 2, W/8 - 2, 1]`: one score per patch, a logit or LSGAN's. Each scale must
 * divide H and W. 2.76 M weights with the defaults. Throws RangeError for no scale or repeated scales.
 */
export function patchDiscriminator(options: PatchDiscriminatorOptions = {}): Network<`scale${number}`> {
  const { scales = [1] } = options;
  if (scales.length === 0 || new Set(scales).size !== scales.length) {
    throw new RangeError(`scales must be different numbers, at least one, got [${scales.join(', ')}]`);
  }
  return <T>(ops: Ops<T>, input: T) => {
    const scores = scales.map((scale) => {
      const image = scale === 1 ? input : ops.averagePool(input, scale);
      return [`scale${scale}`, patchScores(ops, image, options, `scale${scale}/`)] as const;
    });
    return Object.fromEntries(scores);
  };
}

/** The scores of one PatchGAN; the names of its parameters start with `prefix`. */
function patchScores<T>(ops: Ops<T>, input: T, options: PatchDiscriminatorOptions, prefix: string): T {
  const { ndf = 64, layers = 3, norm = 'instance' } = options;
  const layer = { size: 4, pad: 1, init: CLASSIC_INIT };
  let x = ops.leakyRelu(ops.conv(input, { ...layer, name: `${prefix}conv1`, filters: ndf, stride: 2 }), 0.2); // [N, H/2, W/2, ndf]
  for (let index = 2; index <= layers + 1; index++) {
    const filters = ndf * Math.min(2 ** (index - 1), 8);
    const stride = index <= layers ? 2 : 1;
    x = ops.conv(x, { ...layer, name: `${prefix}conv${index}`, filters, stride });
    x = ops.leakyRelu(norm === 'instance' ? ops.instanceNorm(x) : x, 0.2);
  } // [N, H/8 - 1, W/8 - 1, 8 ndf]
  return ops.conv(x, { ...layer, name: `${prefix}scores`, filters: 1 }); // [N, H/8 - 2, W/8 - 2, 1]
}
