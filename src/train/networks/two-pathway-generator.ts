import { CLASSIC_INIT, type Network, type Ops } from './ops.js';

/** Options of {@link twoPathwayGenerator}; the defaults are published. */
export interface TwoPathwayOptions {
  /** Filters of the global pathway's first layer; default 64. */
  readonly ngf?: number;
  /** Filters of a local pathway's first layer; default 64. */
  readonly nlf?: number;
  /** Residual blocks at the bottom of the global encoder; default 4. */
  readonly blocks?: number;
  /** Region planes of the input. 4 is published: a face has two eyes, a nose and a mouth. */
  readonly regions: number;
  /** `max`: local pathways, fused by maximum; `none`: the global pathway alone. Default `max`. */
  readonly fusion?: 'max' | 'none';
}

/** Outputs of {@link twoPathwayGenerator}: `local0`, `local1`, ... one for each region plane where there are local pathways. */
export type TwoPathwayOutput = 'image' | 'half' | 'quarter' | `local${number}`;

const LEAKY_SLOPE = 0.2;
/** Channels of an image. */
const IMAGE = 3;

/**
 * TP-GAN's generator (Huang et al. 2017, section 3.1 and tables 1 and 2): an encoder/decoder over the whole frame, and a U-Net for each kind of
 * key region, whose feature maps are fused with one another by element-wise maximum and then with the decoder. Input `[N, H, W, 3 + regions]`:
 * an image in [-1, 1], then region planes in [0, 1]; H and W are multiples of 4, at least 32. Outputs are images in [-1, 1]: `image`
 * `[N, H, W, 3]`, `half` `[N, H/2, W/2, 3]`, `quarter` `[N, H/4, W/4, 3]`, and for each kind of region `localK` `[N, H, W, 3]`, which counts
 * inside its region only. docs/training-two-pathway.md has all layers beside the published ones.
 */
export function twoPathwayGenerator(options: TwoPathwayOptions): Network<TwoPathwayOutput> {
  const { ngf = 64, nlf = 64, blocks = 4, regions, fusion = 'max' } = options;
  return <T>(ops: Ops<T>, input: T): Readonly<Record<TwoPathwayOutput, T>> => {
    const day = ops.sliceChannels(input, 0, IMAGE);
    const locals = Array.from({ length: fusion === 'max' ? regions : 0 }, (_, index) =>
      localPathway(ops, day, ops.sliceChannels(input, IMAGE + index, 1), { nlf, name: `local${index}` }),
    );
    const fused =
      locals.length > 0
        ? [
            maximum(
              ops,
              locals.map((local) => local.placed),
            ),
          ]
        : []; // [N, H, W, nlf + 3]
    const named = locals.map(({ image }, index) => [`local${index}`, image] as const);
    return { ...globalPathway(ops, day, fused, { ngf, blocks }), ...Object.fromEntries(named) };
  };
}

/** The element-wise maximum: a + relu(b - a), which every backend differentiates and every runtime has. */
export function maximum<T>(ops: Ops<T>, parts: readonly T[]): T {
  return parts.reduce((a, b) => ops.add(a, ops.relu(ops.subtract(b, a))));
}

/** Feature maps of a local pathway. */
interface LocalPathway<T> {
  /** `[N, H, W, 3]`: the night of its regions. */
  readonly image: T;
  /** `[N, H, W, nlf + 3]`: features and image at their places, 0 outside the regions. */
  readonly placed: T;
}

/** A U-Net over the regions of one kind, wherever they are: the frame without all else. */
function localPathway<T>(
  ops: Ops<T>,
  day: T,
  region: T,
  { nlf, name }: { readonly nlf: number; readonly name: string },
): LocalPathway<T> {
  const layers = layersOf(ops, `${name}/`);
  const patches = ops.concat([ops.multiply(day, region), region]);
  const levels = [layers.conv(patches, 'conv0', nlf, 3)]; // [N, H, W, nlf]
  for (const [index, factor] of [2, 4, 8].entries()) {
    levels.push(layers.conv(levels[index] as T, `conv${index + 1}`, factor * nlf, 3, 2)); // ... [N, H/8, W/8, 8 nlf]
  }
  let x = layers.residual(levels[3] as T, 'residual'); // one level for each layer above
  for (const [index, factor] of [4, 2, 1].entries()) {
    const skip = levels[2 - index] as T; // the levels inside the outermost
    x = layers.conv(layers.enlarge(x, skip), `deconv${index}`, factor * nlf, 3);
    x = layers.conv(ops.concat([x, skip]), `merge${index}`, factor * nlf, 3);
  } // [N, H, W, nlf]
  const features = layers.conv(x, 'conv4', nlf, 3);
  const image = layers.image(features, 'conv5', 3);
  // Outside is black and without features, the lowest value of both: the maximum keeps what a region has.
  const placed = ops.multiply(ops.concat([ops.relu(features), ops.affine(image, 1, 1)]), region);
  return { image, placed };
}

/** The encoder and decoder over the whole frame. @param fused what the local pathways give, at most one. */
function globalPathway<T>(
  ops: Ops<T>,
  day: T,
  fused: readonly T[],
  { ngf, blocks }: { readonly ngf: number; readonly blocks: number },
): Readonly<Record<'image' | 'half' | 'quarter', T>> {
  const layers = layersOf(ops, 'global/');
  const encode0 = layers.conv(day, 'conv0', ngf, 7); // [N, H, W, ngf]
  const encode1 = layers.conv(encode0, 'conv1', ngf, 5, 2); // [N, H/2, W/2, ngf]
  const encode2 = layers.residual(layers.conv(encode1, 'conv2', 2 * ngf, 3, 2), 'residual2'); // [N, H/4, W/4, 2 ngf]
  const encode3 = layers.residual(layers.conv(encode2, 'conv3', 4 * ngf, 3, 2), 'residual3'); // [N, H/8, W/8, 4 ngf]
  let bottom = layers.conv(encode3, 'conv4', 8 * ngf, 3, 2); // [N, H/16, W/16, 8 ngf]
  for (let block = 0; block < blocks; block++) bottom = layers.residual(bottom, `residual4.${block}`);
  bottom = ops.add(bottom, layers.code(bottom, 8 * ngf, 4 * ngf));

  let x = layers.conv(layers.enlarge(bottom, encode3), 'deconv0', 8 * ngf, 3); // [N, H/8, W/8, 8 ngf]
  x = layers.residual(layers.conv(ops.concat([x, encode3]), 'merge0', 4 * ngf, 3), 'residual5');
  x = layers.conv(layers.enlarge(x, encode2), 'deconv1', 4 * ngf, 3); // [N, H/4, W/4, 4 ngf]
  x = layers.residual(
    layers.conv(ops.concat([x, encode2, ops.averagePool(day, 4)]), 'merge1', 2 * ngf, 3),
    'residual6',
  );
  const quarter = layers.image(x, 'quarter', 3); // [N, H/4, W/4, 3]
  x = layers.conv(layers.enlarge(x, encode1), 'deconv2', 2 * ngf, 3); // [N, H/2, W/2, 2 ngf]
  x = ops.concat([x, encode1, ops.averagePool(day, 2), layers.enlarge(quarter, encode1)]);
  x = layers.conv(x, 'merge2', 2 * ngf, 3);
  const half = layers.image(x, 'half', 3); // [N, H/2, W/2, 3]
  x = layers.conv(layers.enlarge(x, encode0), 'deconv3', ngf, 3); // [N, H, W, ngf]
  x = ops.concat([x, encode0, day, layers.enlarge(half, encode0), ...fused]);
  x = layers.conv(x, 'conv5', ngf, 5); // [N, H, W, ngf]
  x = layers.conv(x, 'conv6', Math.max(1, Math.floor(ngf / 2)), 3); // [N, H, W, ngf / 2]
  return { image: layers.image(x, 'conv7', 3), half, quarter };
}

/** The layers of a pathway; their names start with `prefix`. */
function layersOf<T>(ops: Ops<T>, prefix: string) {
  const act = (x: T): T => ops.leakyRelu(x, LEAKY_SLOPE);
  const conv = (x: T, name: string, filters: number, size: number, stride = 1): T =>
    act(ops.conv(x, { name: prefix + name, filters, size, stride }));
  return {
    /** A convolution with LeakyReLU 0.2. */
    conv,
    /** x plus two convolutions of it (He et al. 2016). */
    residual(x: T, name: string): T {
      const [, , filters] = ops.shape(x);
      const inner = conv(x, `${name}a`, filters, 3);
      return act(ops.add(x, ops.conv(inner, { name: `${prefix}${name}b`, filters, size: 3, init: CLASSIC_INIT })));
    },
    /** x at the size of another tensor, about twice its own. */
    enlarge(x: T, like: T): T {
      const [[height, width], [rows, columns]] = [ops.shape(like), ops.shape(x)];
      const isDouble = 2 * rows === height && 2 * columns === width;
      return isDouble ? ops.upsampleNearest(x) : ops.resizeBilinear(x, height, width);
    },
    /** What the whole frame is: means and maxima of all channels, a dense layer, maxout of its halves, a dense layer: `[N, 1, 1, filters]`. */
    code(x: T, filters: number, size: number): T {
      const pooled = ops.concat([ops.expandSpatial(ops.globalMean(x)), ops.expandSpatial(ops.globalMax(x))]);
      const both = ops.conv(pooled, { name: `${prefix}code`, filters: 2 * size, size: 1 });
      const code = maximum(ops, [ops.sliceChannels(both, 0, size), ops.sliceChannels(both, size, size)]);
      return ops.conv(code, { name: `${prefix}decode`, filters, size: 1, init: CLASSIC_INIT });
    },
    /** An image in [-1, 1]. */
    image(x: T, name: string, size: number): T {
      return ops.tanh(ops.conv(x, { name: prefix + name, filters: IMAGE, size, init: CLASSIC_INIT }));
    },
  };
}

/**
 * The generator as a network of images as the product has them: `[N, H, W, 3 + regions]` with Y in [0, 1], U and V in [-0.5, 0.5] and the region
 * planes, to `night` `[N, H, W, 3]`.
 */
export function twoPathwayNight(options: TwoPathwayOptions): Network<'night'> {
  const generator = twoPathwayGenerator(options);
  return (ops, input) => {
    const regions = ops.sliceChannels(input, IMAGE, options.regions);
    const day = ops.concat([
      ops.affine(ops.sliceChannels(input, 0, 1), 2, -1),
      ops.affine(ops.sliceChannels(input, 1, 2), 2),
    ]);
    const { image } = generator(ops, ops.concat([day, regions]));
    const luma = ops.affine(ops.sliceChannels(image, 0, 1), 0.5, 0.5);
    return { night: ops.concat([luma, ops.affine(ops.sliceChannels(image, 1, 2), 0.5)]) };
  };
}
