import { CLASSIC_INIT, type JointNetwork, type Network, type Ops } from './ops.js';
import { partEncoder, partFilters, partLayers } from './part-encoder.js';

/** Numbers of the noise beside the code, as published. */
export const NOISE_CHANNELS = 128;
const LEAKY_SLOPE = 0.2;

/** Options of {@link keyPatchGenerator}. */
export interface KeyPatchGeneratorOptions {
  /** Patches of each set. */
  readonly patches: number;
  /** Filters of the outermost levels; default 64, as published. */
  readonly filters?: number;
}

/** The generator of key local patches: see {@link keyPatchGenerator}. */
export type KeyPatchGenerator = JointNetwork<'patches' | 'noise', 'mask' | 'image'>;

/**
 * The generator of key local patches (Lee et al. 2018, section 3): a part encoder; a U-Net from its summed features to where in the image the
 * patches are; a U-Net from the code, noise and the features of the mask to the image. Inputs: `patches` `[N patches, S, S, 3]` in
 * [-1, 1], `noise` `[N, 1, 1, 128]` in [-1, 1]. Outputs: `mask` `[N, S, S, 1]` in [0, 1], `image` `[N, S, S, 3]` in [-1, 1].
 *
 * The published layers up are transposed 5x5 convolutions; here they are nearest upsampling and a 3x3 convolution, which show no
 * checkerboard. The first, from 1x1 to 4x4, is the same. Batch norm and ReLU after each but the last.
 */
export function keyPatchGenerator({ patches: count, filters = 64 }: KeyPatchGeneratorOptions): KeyPatchGenerator {
  return <T>(ops: Ops<T>, { patches, noise }: Readonly<Record<'patches' | 'noise', T>>) => {
    const { levels, code } = partEncoder(ops, patches, { patches: count, filters });
    const masks: T[] = []; // from the innermost: [N, 4, 4, 2 F(L)], ... [N, S / 2, S / 2, 2 F]
    const mask = upwards(ops, code, {
      prefix: 'mask',
      layers: levels.length,
      filters,
      channels: 1,
      skip: (x, level) => {
        masks[level] = ops.concat([x, ...levels.slice(level - 1, level)]);
        return masks[level];
      },
    });
    const image = upwards(ops, ops.concat([code, noise]), {
      prefix: 'image',
      layers: levels.length,
      filters,
      channels: 3,
      skip: (x, level) => ops.concat([x, ...masks.slice(level, level + 1)]), // [N, .., .., 3 F]
    });
    return { mask: ops.sigmoid(mask), image: ops.tanh(image) };
  };
}

/** What {@link upwards} computes. */
interface Upwards<T> {
  /** Of the names of its parameters. */
  readonly prefix: string;
  /** Levels between 4x4 and half the side of the image. */
  readonly layers: number;
  readonly filters: number;
  /** Of the output. */
  readonly channels: number;
  /** Joins other features to those of a level. */
  readonly skip: (x: T, level: number) => T;
}

/** `[N, 1, 1, C]` to `[N, S, S, channels]`, without the last non-linearity. */
function upwards<T>(ops: Ops<T>, code: T, { prefix, layers, filters, channels, skip }: Upwards<T>): T {
  let x = code;
  for (let level = layers; level >= 1; level--) {
    const layer = { name: `${prefix}/up${level}`, filters: partFilters(level, filters), init: CLASSIC_INIT };
    // A 4x4 convolution of one sample with 3 zeros around it is a transposed one: each of the 4x4 results has a kernel of its own.
    x =
      level === layers
        ? ops.conv(x, { ...layer, size: 4, pad: 3 })
        : ops.conv(ops.upsampleNearest(x), { ...layer, size: 3 });
    x = ops.relu(ops.batchNorm(x, { name: layer.name })); // [N, S / 2^level, S / 2^level, F(level)]
    x = skip(x, level);
  }
  return ops.conv(ops.upsampleNearest(x), { name: `${prefix}/up0`, filters: channels, size: 3, init: CLASSIC_INIT });
}

/**
 * The discriminator of key local patches: the layers of the part encoder, and one logit for the whole image. `[N, S, S, 3]` in [-1, 1] to
 * `real` `[N, 1, 1, 1]`, above 0 for a real image. The authors' code puts a sigmoid before a loss of logits; here the logit is left as it is.
 */
export function keyPatchDiscriminator({ filters = 64 }: { readonly filters?: number } = {}): Network<'real'> {
  return <T>(ops: Ops<T>, image: T) => {
    let x = image;
    for (let level = 1; level <= partLayers(ops.shape(image)[0]); level++) {
      const name = `judge/conv${level}`;
      x = ops.conv(x, { name, filters: partFilters(level, filters), size: 5, stride: 2, init: CLASSIC_INIT });
      if (level > 1) x = ops.batchNorm(x, { name });
      x = ops.leakyRelu(x, LEAKY_SLOPE); // [N, S / 2^level, S / 2^level, F 2^(level - 1)]
    }
    return { real: ops.conv(x, { name: 'judge/real', filters: 1, size: 4, pad: 0, init: CLASSIC_INIT }) };
  };
}
