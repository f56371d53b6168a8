import { CLASSIC_INIT, type Network, type Ops } from './ops.js';

/** Options of {@link resnetGenerator}; the defaults are the published ones. */
interface ResnetGeneratorOptions {
  /** Filters of the first layer; default 64. */
  readonly ngf?: number;
  /** Residual blocks: 9 (default) for images of 256 rows, 6 for 128. */
  readonly blocks?: number;
}

/**
 * CycleGAN's ResNet generator (Zhu et al. 2017, appendix; after Johnson et al. 2016): c7s1-64, d128, d256, 9 x R256, u128, u64,
 * c7s1-3, with reflection padding, instance norm, ReLU and a final tanh. `[N, H, W, C]` in [-1, 1] to `image` `[N, H, W, 3]` in
 * [-1, 1]; H and W must be multiples of 4. 11.4 M weights with the defaults.
 *
 * The layers u are nearest-neighbour resizing and a 3x3 convolution with reflection padding; the published ones are transposed
 * 3x3 convolutions with stride 2. The number of weights is the same, without checkerboard artefacts (Odena et al. 2016), but
 * published weights do not fit.
 */
export function resnetGenerator({ ngf = 64, blocks = 9 }: ResnetGeneratorOptions = {}): Network<'image'> {
  return (ops, input) => {
    const layer = { init: CLASSIC_INIT, size: 3 };
    let x = normRelu(ops, ops.conv(input, { ...layer, name: 'head', filters: ngf, size: 7, padding: 'reflect' })); // [N, H, W, ngf]
    x = normRelu(ops, ops.conv(x, { ...layer, name: 'down1', filters: 2 * ngf, stride: 2 })); // [N, H/2, W/2, 2 ngf]
    x = normRelu(ops, ops.conv(x, { ...layer, name: 'down2', filters: 4 * ngf, stride: 2 })); // [N, H/4, W/4, 4 ngf]
    for (let block = 1; block <= blocks; block++) x = residual(ops, x, `block${block}`, 4 * ngf);
    x = normRelu(ops, upsample(ops, x, 'up1', 2 * ngf)); // [N, H/2, W/2, 2 ngf]
    x = normRelu(ops, upsample(ops, x, 'up2', ngf)); // [N, H, W, ngf]
    const tail = { ...layer, name: 'tail', filters: 3, size: 7, padding: 'reflect' } as const;
    return { image: ops.tanh(ops.conv(x, tail)) }; // [N, H, W, 3]
  };
}

function residual<T>(ops: Ops<T>, x: T, name: string, filters: number): T {
  const layer = { filters, size: 3, padding: 'reflect', init: CLASSIC_INIT } as const;
  const y = normRelu(ops, ops.conv(x, { ...layer, name: `${name}/conv1` }));
  return ops.add(x, ops.instanceNorm(ops.conv(y, { ...layer, name: `${name}/conv2` })));
}

function upsample<T>(ops: Ops<T>, x: T, name: string, filters: number): T {
  return ops.conv(ops.upsampleNearest(x), { name, filters, size: 3, padding: 'reflect', init: CLASSIC_INIT });
}

function normRelu<T>(ops: Ops<T>, x: T): T {
  return ops.relu(ops.instanceNorm(x));
}
