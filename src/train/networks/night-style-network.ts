import type { Network, Ops } from './ops.js';
import { partEncoder } from './part-encoder.js';

/** Options of {@link nightStyleNetwork}. */
export interface NightStyleNetworkOptions {
  /** Filters of the first layer of the part encoder. */
  readonly filters: number;
  /** Units between the summed code and the traits. */
  readonly hidden: number;
  /** Patches of each set. */
  readonly patches: number;
  /** Traits of a style. */
  readonly traits: number;
}

const LEAKY_SLOPE = 0.2;
/** Lumas, -1 to 1, above which colours are averaged, and how sharply. */
const LUMAS = [-0.8, -0.5, -0.1, 0.4] as const;
const SHARPNESS = 10;

/**
 * What patches of night photos show of a night style: the part encoder of key patches (Lee et al. 2018), and two layers on its summed
 * code beside {@link colorMoments}. `[N patches, S, S, 4]`, see `photoPatches`, to `style` `[N, 1, 1, 2 T + 1]`: T traits, each in deviations from the mean of
 * those trained on; T logarithms of their variance; the logit of a night.
 */
export function nightStyleNetwork(options: NightStyleNetworkOptions): Network<'style'> {
  const { filters, hidden, patches, traits } = options;
  return <T>(ops: Ops<T>, input: T): { readonly style: T } => {
    const { code } = partEncoder(ops, input, { patches, filters });
    const mean = ops.affine(code, 1 / patches); // [N, 1, 1, 128]
    const moments = ops.affine(ops.sumGroups(colorMoments(ops, input), patches), 1 / patches); // [N, 1, 1, 13]
    const between = ops.leakyRelu(
      ops.conv(ops.concat([mean, moments]), { name: 'between', filters: hidden, size: 1 }),
      LEAKY_SLOPE,
    );
    const init = { kind: 'normal', stddev: 0.01 } as const;
    return { style: ops.conv(between, { name: 'head', filters: 2 * traits + 1, size: 1, init }) };
  };
}

/**
 * Plain statistics of each patch: its mean luma; and for each of some lumas the share of the patch above it, and the mean chroma there. `[N, S, S, 4]`
 * to `[N, 1, 1, 13]`. A network finds them too, but after many more nights.
 */
function colorMoments<T>(ops: Ops<T>, input: T): T {
  const x = ops.averagePool(input, 2); // [N, S / 2, S / 2, 4]
  const luma = ops.sliceChannels(x, 0, 1);
  const chroma = ops.sliceChannels(x, 1, 2);
  const parts = LUMAS.flatMap((from) => {
    const above = ops.sigmoid(ops.affine(luma, SHARPNESS, -SHARPNESS * from)); // [N, S / 2, S / 2, 1]
    return [above, ops.multiply(chroma, above)];
  });
  return ops.expandSpatial(ops.globalMean(ops.concat([luma, ...parts])));
}
