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
/**
 * What patches of night photos show of a night style beyond plain statistics: the part encoder of key patches (Lee et al. 2018) and two layers
 * on its summed code. `[N patches, S, S, 4]`, see `photoPatches`, to `style` `[N, 1, 1, 2 T + 1]`: T traits, in deviations of
 * those trained on, to add to what the statistics give; T logarithms of their variance; the logit of a night.
 */
export function nightStyleNetwork(options: NightStyleNetworkOptions): Network<'style'> {
  const { filters, hidden, patches, traits } = options;
  return <T>(ops: Ops<T>, input: T): { readonly style: T } => {
    const { code } = partEncoder(ops, input, { patches, filters });
    const mean = ops.affine(code, 1 / patches); // [N, 1, 1, 128]
    const between = ops.leakyRelu(ops.conv(mean, { name: 'between', filters: hidden, size: 1 }), LEAKY_SLOPE);
    const init = { kind: 'normal', stddev: 0.01 } as const;
    return { style: ops.conv(between, { name: 'head', filters: 2 * traits + 1, size: 1, init }) };
  };
}
