import { CLASSIC_INIT, type Ops } from './ops.js';

/** Numbers of a code, as published. */
export const CODE_CHANNELS = 128;
/** Side of the last feature map before the code. */
const LAST_SIDE = 4;
/** Filters grow up to this multiple of those of the first layer. */
const MAX_GROWTH = 8;
const LEAKY_SLOPE = 0.2;

/** Options of {@link partEncoder}. */
export interface PartEncoderOptions {
  /** Patches of each set; the batch holds sets one after the other. */
  readonly patches: number;
  /** Filters of the first layer; default 64, as published. */
  readonly filters?: number;
  /** Prefix of the names of its parameters; default `part/`. */
  readonly prefix?: string;
}

/** What {@link partEncoder} sees in a set of patches: sums, the same for every order of them. */
export interface PartFeatures<T> {
  /** `[N, S / 2, S / 2, F]`, `[N, S / 4, S / 4, 2 F]`, ... `[N, 4, 4, ...]`. */
  readonly levels: readonly T[];
  /** `[N, 1, 1, 128]`. */
  readonly code: T;
}

/** Layers of stride 2 of an encoder of images of this side. Throws RangeError unless it is 4 times a power of 2, at least 8. */
export function partLayers(side: number): number {
  const layers = Math.log2(side / LAST_SIDE);
  if (!Number.isInteger(layers) || layers < 1) {
    throw new RangeError(`the side of a patch must be ${LAST_SIDE} times a power of 2, got ${side}`);
  }
  return layers;
}

/** Filters of a level, 1 the outermost: doubled with each, up to 8 times those of the first. */
export function partFilters(level: number, filters: number): number {
  return filters * Math.min(2 ** (level - 1), MAX_GROWTH);
}

/**
 * The part encoder of key local patches (Lee et al. 2018, section 3.2): one encoder for all patches, 5x5 convolutions of stride 2,
 * batch norm but in the first and the last layer, LeakyReLU 0.2; the features of a set's patches are summed at every level. A set has
 * any number of patches, in any order. `[N patches, S, S, 3]` in [-1, 1], S = 4 times a power of 2.
 *
 * The batch norms see the patches of all sets; with statistics given (`Ops.batchNorm`) a patch is encoded by itself.
 */
export function partEncoder<T>(ops: Ops<T>, patches: T, options: PartEncoderOptions): PartFeatures<T> {
  const { filters = 64, prefix = 'part/', patches: count } = options;
  const [height, width] = ops.shape(patches);
  if (height !== width) throw new RangeError(`a patch must be square, got ${width}x${height}`);
  let x = patches;
  const levels: T[] = [];
  for (let level = 1; level <= partLayers(height); level++) {
    const name = `${prefix}encode${level}`;
    x = ops.conv(x, { name, filters: partFilters(level, filters), size: 5, stride: 2, init: CLASSIC_INIT });
    if (level > 1) x = ops.batchNorm(x, { name });
    x = ops.leakyRelu(x, LEAKY_SLOPE); // [N patches, S / 2^level, S / 2^level, F 2^(level - 1)]
    levels.push(ops.sumGroups(x, count));
  }
  const code = { name: `${prefix}code`, filters: CODE_CHANNELS, size: LAST_SIDE, pad: 0, init: CLASSIC_INIT };
  x = ops.leakyRelu(ops.conv(x, code), LEAKY_SLOPE); // [N patches, 1, 1, 128]
  return { levels, code: ops.sumGroups(x, count) };
}
