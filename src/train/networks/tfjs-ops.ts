import * as tf from '@tensorflow/tfjs-core';
import type { Convolution, Init, Ops, Parameter } from './ops.js';
import * as gradients from './tfjs-gradients.js';
import { padOf } from './trace.js';

/** Added to the variance. */
const INSTANCE_NORM_EPSILON = 1e-5;
/** Added to the variance. */
const BATCH_NORM_EPSILON = 1e-5;

/** Receives the moments of each batch norm that normalises by its batch, `[C]` each; lent. */
export type OnBatchMoments = (name: string, mean: tf.Tensor, variance: tf.Tensor) => void;

/**
 * Computes networks with TensorFlow.js on its current backend; differentiable on each of the three backends.
 *
 * Tensors are `[N, H, W, C]`; a learned `[H, W, C]` is `[1, H, W, C]`. The parameters are lent. Intermediate tensors belong to the
 * `tf.tidy` or gradient function around the network.
 */
export class TfjsOps implements Ops<tf.Tensor> {
  readonly #parameters: ReadonlyMap<string, tf.Tensor>;
  readonly #onMoments: OnBatchMoments | undefined;

  /** @param parameters by name, in the shapes of `traceNetwork`, with or without its statistics; lent. */
  constructor(parameters: ReadonlyMap<string, tf.Tensor>, onMoments?: OnBatchMoments) {
    this.#parameters = parameters;
    this.#onMoments = onMoments;
  }

  shape(x: tf.Tensor): [height: number, width: number, channels: number] {
    const [, height, width, channels] = gradients.asNhwc(x).shape;
    return [height, width, channels];
  }

  conv(x: tf.Tensor, layer: Convolution): tf.Tensor {
    const { name, filters, size, stride = 1, padding = 'zero', bias = true } = layer;
    const [, , channels] = this.shape(x);
    const kernel = gradients.asNhwc(this.#read(`${name}/kernel`, [size, size, channels, filters]));
    const pad = padOf(layer);
    // tfjs-node 4.22: the tensorflow backend has gradients only for `same` and `valid` padding.
    const isSame = padding === 'zero' && stride === 1 && 2 * pad + 1 === size;
    const padded = isSame ? gradients.asNhwc(x) : gradients.padImages(x, pad, padding);
    const y = tf.conv2d(padded, kernel, stride, isSame ? 'same' : 'valid');
    // Not tf.fused.conv2d: its gradient also computes the parts of frozen kernels.
    return bias ? tf.add(y, this.#read(`${name}/bias`, [filters])) : y;
  }

  dense(x: tf.Tensor, layer: { readonly name: string; readonly units: number; readonly init?: Init }): tf.Tensor {
    const [, channels] = x.shape;
    if (x.rank !== 2 || channels === undefined) {
      throw new RangeError(`${layer.name} needs the shape [N, C], got [${x.shape.join(', ')}]`);
    }
    const kernel = this.#read(`${layer.name}/kernel`, [channels, layer.units]);
    return tf.add(tf.matMul(x, kernel), this.#read(`${layer.name}/bias`, [layer.units]));
  }

  parameter(layer: Parameter): tf.Tensor {
    return tf.reshape(this.#read(layer.name, layer.shape), [1, ...layer.shape]);
  }

  leakyRelu = (x: tf.Tensor, slope: number): tf.Tensor => gradients.leakyRelu(x, slope);
  relu = (x: tf.Tensor): tf.Tensor => tf.relu(x);
  tanh = (x: tf.Tensor): tf.Tensor => tf.tanh(x);
  sigmoid = (x: tf.Tensor): tf.Tensor => tf.sigmoid(x);
  exp = (x: tf.Tensor): tf.Tensor => tf.exp(x);
  /** Square root. Its derivative, infinite at 0, is limited to 500, its value at 1e-6. */
  sqrt = (x: tf.Tensor): tf.Tensor => gradients.sqrt(x);
  add = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.add(a, b);
  subtract = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.sub(a, b);
  multiply = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.mul(a, b);

  affine(x: tf.Tensor, factor: number, offset = 0): tf.Tensor {
    const scaled = factor === 1 ? x : tf.mul(x, factor);
    return offset === 0 ? scaled : tf.add(scaled, offset);
  }

  clamp = (x: tf.Tensor, low: number, high: number): tf.Tensor => tf.clipByValue(x, low, high);
  concat = (parts: readonly tf.Tensor[]): tf.Tensor => tf.concat([...parts], -1);

  sliceChannels(x: tf.Tensor, from: number, count: number): tf.Tensor {
    const last = x.rank - 1;
    return tf.slice(x, new Array<number>(x.rank).fill(0).with(last, from), x.shape.with(last, count));
  }

  instanceNorm = (x: tf.Tensor): tf.Tensor => gradients.instanceNorm(x, INSTANCE_NORM_EPSILON);

  batchNorm(x: tf.Tensor, { name }: { readonly name: string }): tf.Tensor {
    const shape = [this.shape(x)[2]];
    const scale = this.#read(`${name}/scale`, shape);
    const offset = this.#read(`${name}/offset`, shape);
    if (!this.#parameters.has(`${name}/mean`)) {
      const normalised = gradients.batchNorm(x, BATCH_NORM_EPSILON, (mean, variance) =>
        this.#onMoments?.(name, mean, variance),
      );
      return tf.add(tf.mul(normalised, scale), offset);
    }
    const [mean, variance] = [this.#read(`${name}/mean`, shape), this.#read(`${name}/variance`, shape)];
    const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON)));
    return tf.add(tf.mul(tf.sub(x, mean), factor), offset);
  }

  sumGroups(x: tf.Tensor, size: number): tf.Tensor {
    if (size === 1) return x;
    const [batch, ...shape] = gradients.asNhwc(x).shape;
    if (batch % size !== 0) throw new RangeError(`size must divide the batch of ${batch}, got ${size}`);
    return tf.sum(tf.reshape(x, [batch / size, size, ...shape]), 1);
  }

  upsampleNearest = (x: tf.Tensor): tf.Tensor => gradients.upsampleNearest(x);

  resizeBilinear(x: tf.Tensor, height: number, width: number): tf.Tensor {
    return gradients.resizeBilinear(x, height, width);
  }

  averagePool = (x: tf.Tensor, size: number): tf.Tensor => gradients.averagePool(this.#asBlocks(x, size), size);

  boxBlur = (x: tf.Tensor, size: number): tf.Tensor => gradients.boxBlur(x, odd(size));

  dilate(x: tf.Tensor, size: number): tf.Tensor {
    const columns = tf.maxPool(gradients.asNhwc(x), [odd(size), 1], 1, 'same');
    return tf.maxPool(columns, [1, size], 1, 'same');
  }

  maxPool = (x: tf.Tensor, size: number): tf.Tensor => tf.maxPool(this.#asBlocks(x, size), size, size, 'valid');
  globalMean = (x: tf.Tensor): tf.Tensor => tf.mean(gradients.asNhwc(x), [1, 2]);
  globalMax = (x: tf.Tensor): tf.Tensor => gradients.globalMax(x);
  expandSpatial = (x: tf.Tensor): tf.Tensor => gradients.expandSpatial(x);

  #asBlocks(x: tf.Tensor, size: number): tf.Tensor4D {
    const [height, width] = this.shape(x);
    if (height % size !== 0 || width % size !== 0) {
      throw new RangeError(`size must divide ${height} and ${width}, got ${size}`);
    }
    return gradients.asNhwc(x);
  }

  #read(name: string, shape: readonly number[]): tf.Tensor {
    const parameter = this.#parameters.get(name);
    if (!parameter) throw new RangeError(`parameters must hold ${name}`);
    if (parameter.shape.join() !== shape.join()) {
      throw new RangeError(`${name} must have the shape [${shape.join(', ')}], got [${parameter.shape.join(', ')}]`);
    }
    return parameter;
  }
}

function odd(size: number): number {
  if (size % 2 !== 1) throw new RangeError(`size must be odd, got ${size}`);
  return size;
}
