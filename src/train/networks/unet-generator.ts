import { CLASSIC_INIT, type Network, type Ops } from './ops.js';

/** Options of {@link unetGenerator}. */
interface UnetGeneratorOptions {
  /** Filters of the first layer; default 64. */
  readonly ngf?: number;
  /** Layers that halve the size; default 8, the published U-Net 256. Images of 144 x 256 allow 7. */
  readonly downs?: number;
}

/**
 * The U-Net generator of pix2pix and CycleGAN (Isola et al. 2017, section 6.1.1): 4x4 convolutions with stride 2 and LeakyReLU 0.2 down,
 * ReLU up, instance norm except in the first and the innermost layer, skip connections between levels, tanh.
 * `[N, H, W, C]` in [-1, 1] to `image` `[N, H, W, 3]` in [-1, 1]; any even H and W of at least `2 ** downs`.
 *
 * The way up is resizing and a 3x3 convolution; the published layers are transposed 4x4 convolutions with stride 2. This allows
 * sizes that are not multiples of `2 ** downs` (9 rows to 4 and back to 9). Throws RangeError for too small an image.
 */
export function unetGenerator({ ngf = 64, downs = 8 }: UnetGeneratorOptions = {}): Network<'image'> {
  if (downs < 2) throw new RangeError(`downs must be at least 2, got ${downs}`);
  return (ops, input) => {
    const [height, width] = ops.shape(input);
    if (Math.min(height, width) < 2 ** downs) {
      throw new RangeError(`an image must be at least ${2 ** downs} on a side, got ${width}x${height}`);
    }
    return { image: ops.tanh(level(ops, input, 1, { ngf, downs })) };
  };
}

/** One level with all levels inside it (1 is the outermost): `[N, H, W, C]` to `[N, H, W, filters of the level above]`. */
function level<T>(ops: Ops<T>, x: T, index: number, options: Required<UnetGeneratorOptions>): T {
  const { ngf, downs } = options;
  const filters = ngf * Math.min(2 ** (index - 1), 8);
  const isOutermost = index === 1;
  const isInnermost = index === downs;
  const down = { name: `down${index}`, filters, size: 4, stride: 2, pad: 1, init: CLASSIC_INIT };
  let y = ops.conv(isOutermost ? x : ops.leakyRelu(x, 0.2), down); // [N, H/2, W/2, filters]
  if (!isInnermost) {
    if (!isOutermost) y = ops.instanceNorm(y);
    y = ops.concat([y, level(ops, y, index + 1, options)]); // [N, H/2, W/2, 2 filters]
  }
  const above = isOutermost ? 3 : ngf * Math.min(2 ** (index - 2), 8);
  const up = { name: `up${index}`, filters: above, size: 3, init: CLASSIC_INIT };
  y = ops.conv(resizeTo(ops, ops.relu(y), ops.shape(x)), up); // [N, H, W, above]
  return isOutermost ? y : ops.instanceNorm(y);
}

function resizeTo<T>(ops: Ops<T>, x: T, [height, width]: readonly [number, number, number]): T {
  const [h, w] = ops.shape(x);
  return 2 * h === height && 2 * w === width ? ops.upsampleNearest(x) : ops.resizeBilinear(x, height, width);
}
