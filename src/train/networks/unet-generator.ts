import { classicInit } from './classic-init.js';
import type { Network, Ops } from './ops.js';

/** Settings of {@link unetGenerator}. */
export interface UnetOptions {
  /** Filters of the first layer; default 64. */
  readonly ngf?: number;
  /** Halvings; default 8, the published U-Net 256. A picture of 144 x 256 allows 7. */
  readonly downs?: number;
  /** Of the picture made; default 3. The picture taken may have any number. */
  readonly outputChannels?: number;
}

interface Settings {
  readonly ngf: number;
  readonly downs: number;
  readonly outputChannels: number;
}

/**
 * The U-Net generator of pix2pix and CycleGAN (Isola et al. 2017, section 6.1.1): 4x4 convolutions with stride 2 and LeakyReLU 0.2 down,
 * ReLU up, instance norm but for the first and the innermost layer, each level's features joined to the level above, tanh.
 * `[N, H, W, C]` in [-1, 1] to `picture` `[N, H, W, outputChannels]` in [-1, 1]; any even H and W of at least `2 ** downs`.
 *
 * Up is resizing and a 3x3 convolution, where the published layers are transposed 4x4 convolutions with stride 2. So sizes
 * that two does not divide all the way are met (9 rows to 4 and back to 9). Throws RangeError for a picture too small.
 */
export function unetGenerator({ ngf = 64, downs = 8, outputChannels = 3 }: UnetOptions = {}): Network<'picture'> {
  if (downs < 2) throw new RangeError(`downs must be at least 2, got ${downs}`);
  return (ops, input) => {
    const [height, width] = ops.shape(input);
    if (Math.min(height, width) < 2 ** downs) {
      throw new RangeError(`a picture must be at least ${2 ** downs} on a side, got ${width}x${height}`);
    }
    return { picture: ops.tanh(level(ops, input, 1, { ngf, downs, outputChannels })) };
  };
}

/** What a level (from 1, the outermost) makes of its input, in the input's size: `[N, H, W, C]` to `[N, H, W, filters of the level above]`. */
function level<T>(ops: Ops<T>, x: T, index: number, settings: Settings): T {
  const { ngf, downs, outputChannels } = settings;
  const filters = ngf * Math.min(2 ** (index - 1), 8);
  const outermost = index === 1;
  const innermost = index === downs;
  const down = { name: `down${index}`, filters, size: 4, stride: 2, pad: 1, init: classicInit };
  let y = ops.conv(outermost ? x : ops.leakyRelu(x, 0.2), down); // [N, H/2, W/2, filters]
  if (!innermost) {
    if (!outermost) y = ops.instanceNorm(y);
    y = ops.concat([y, level(ops, y, index + 1, settings)]); // [N, H/2, W/2, 2 filters]
  }
  const above = outermost ? outputChannels : ngf * Math.min(2 ** (index - 2), 8);
  const up = { name: `up${index}`, filters: above, size: 3, init: classicInit };
  y = ops.conv(resized(ops, ops.relu(y), ops.shape(x)), up); // [N, H, W, above]
  return outermost ? y : ops.instanceNorm(y);
}

function resized<T>(ops: Ops<T>, x: T, [height, width]: readonly [number, number, number]): T {
  const [h, w] = ops.shape(x);
  return 2 * h === height && 2 * w === width ? ops.upsampleNearest(x) : ops.resizeBilinear(x, height, width);
}
