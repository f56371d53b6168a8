import * as tf from '@tensorflow/tfjs-core';
import { LEAKY_RELU_GRADIENT } from '../backends/leaky-relu-gradient.js';
import type { Padding } from './ops.js';

// Operations whose gradients tfjs 4.22 lacks, computes wrongly or computes slowly. Each consists of kernels that the tensorflow,
// webgpu and wasm backends all have. Second derivatives are not defined.

/** Applies a function with a custom gradient: `backward` maps dL/dy and the saved tensors to dL/dx. */
function differentiable(
  x: tf.Tensor,
  forward: (x: tf.Tensor, save: tf.GradSaveFunc) => tf.Tensor,
  backward: (dy: tf.Tensor, saved: readonly tf.Tensor[]) => tf.Tensor,
): tf.Tensor {
  const operation = tf.customGrad((...inputs) => {
    // customGrad passes its tensors and then the save function; its type cannot express that.
    const [input, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
    return { value: forward(input, save), gradFunc: (dy, saved) => tf.tidy(() => backward(dy, saved)) };
  });
  return operation(x);
}

/** `x` typed as `[N, H, W, C]`. Throws RangeError for another rank. */
export function asNhwc(x: tf.Tensor): tf.Tensor4D {
  if (x.rank !== 4) throw new RangeError(`images must have the shape [N, H, W, C], got [${x.shape.join(', ')}]`);
  return x as tf.Tensor4D; // its rank is 4
}

/** `x` where positive, else `slope * x`; the slope at 0 is `slope`. */
export function leakyRelu(x: tf.Tensor, slope: number): tf.Tensor {
  return differentiable(
    x,
    (input, save) => {
      save([input]);
      return tf.leakyRelu(input, slope);
    },
    (dy, [input]) => leakyReluGradient(dy, requireSaved(input), slope),
  );
}

function leakyReluGradient(dy: tf.Tensor, x: tf.Tensor, alpha: number): tf.Tensor {
  // The type of the lookup leaves out that there may be none.
  const kernel = tf.getKernel(LEAKY_RELU_GRADIENT, tf.getBackend()) as tf.KernelConfig | undefined;
  if (!kernel) return tf.mul(dy, tf.step(x, alpha));
  return tf.engine().runKernel(LEAKY_RELU_GRADIENT, { dy, x }, { alpha });
}

/** Square root. Its derivative, infinite at 0, is limited to 500, its value at 1e-6. */
export function sqrt(x: tf.Tensor): tf.Tensor {
  return differentiable(
    x,
    (input, save) => {
      const y = tf.sqrt(input);
      save([y]);
      return y;
    },
    (dy, [y]) => tf.div(tf.mul(dy, 0.5), tf.maximum(requireSaved(y), 1e-3)),
  );
}

/** `[N, H, W, C]` with `pad` rows and columns added on each side. */
export function padImages(x: tf.Tensor, pad: number, padding: Padding): tf.Tensor4D {
  const images = asNhwc(x);
  if (pad === 0) return images;
  if (padding === 'zero') {
    return tf.pad(images, [
      [0, 0],
      [pad, pad],
      [pad, pad],
      [0, 0],
    ]);
  }
  const [, height, width] = images.shape;
  if (padding === 'reflect' && (pad >= height || pad >= width)) {
    throw new RangeError(`reflection padding must be smaller than the image of ${width}x${height}, got ${pad}`);
  }
  const padded = differentiable(
    images,
    (input) => (padding === 'reflect' ? reflect(input, pad) : repeatEdge(repeatEdge(input, 1, pad), 2, pad)),
    (dy) => foldPadding(foldPadding(dy, 1, pad, padding), 2, pad, padding),
  );
  return asNhwc(padded);
}

function reflect(x: tf.Tensor, pad: number): tf.Tensor {
  const paddings: [number, number][] = [
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ];
  return tf.mirrorPad(x, paddings, 'reflect');
}

function repeatEdge(x: tf.Tensor, axis: number, pad: number): tf.Tensor {
  const repetitions = [1, 1, 1, 1].with(axis, pad);
  const first = tf.tile(sliceAxis(x, axis, 0, 1), repetitions);
  const last = tf.tile(sliceAxis(x, axis, lengthOf(x, axis) - 1, 1), repetitions);
  return tf.concat([first, x, last], axis);
}

/** The transpose of padding along one axis: adds the gradient of each padded sample to that of the sample it was copied from. */
function foldPadding(dy: tf.Tensor, axis: number, pad: number, padding: Padding): tf.Tensor {
  const length = lengthOf(dy, axis) - 2 * pad;
  const center = sliceAxis(dy, axis, pad, length);
  const before = sliceAxis(dy, axis, 0, pad);
  const after = sliceAxis(dy, axis, length + pad, pad);
  if (padding === 'edge') {
    const first = padAxis(tf.sum(before, axis, true), axis, 0, length);
    const last = padAxis(tf.sum(after, axis, true), axis, length - 1, length);
    return tf.add(center, tf.add(first, last));
  }
  const first = padAxis(tf.reverse(before, axis), axis, 1, length);
  const last = padAxis(tf.reverse(after, axis), axis, length - 1 - pad, length);
  return tf.add(center, tf.add(first, last));
}

/** `x` zero-padded along one axis to `length`, starting at `from`. */
function padAxis(x: tf.Tensor, axis: number, from: number, length: number): tf.Tensor {
  const paddings = x.shape.map((n, index): [number, number] => (index === axis ? [from, length - from - n] : [0, 0]));
  return tf.pad(x, paddings);
}

function sliceAxis(x: tf.Tensor, axis: number, from: number, count: number): tf.Tensor {
  const begin = x.shape.map((_, index) => (index === axis ? from : 0));
  return tf.slice(x, begin, x.shape.with(axis, count));
}

/** See `Ops.instanceNorm`; dL/dx = (dy - mean(dy) - y mean(dy y)) / sqrt(variance + epsilon). */
export function instanceNorm(x: tf.Tensor, epsilon: number): tf.Tensor {
  return differentiable(
    asNhwc(x),
    (input, save) => {
      const centered = tf.sub(input, tf.mean(input, [1, 2], true));
      const variance = tf.mean(tf.square(centered), [1, 2], true); // [N, 1, 1, C]
      const scale = tf.rsqrt(tf.add(variance, epsilon));
      const y = tf.mul(centered, scale);
      save([y, scale]);
      return y;
    },
    (dy, [savedY, savedScale]) => {
      const y = requireSaved(savedY);
      const alongY = tf.mul(y, tf.mean(tf.mul(dy, y), [1, 2], true));
      return tf.mul(tf.sub(tf.sub(dy, tf.mean(dy, [1, 2], true)), alongY), requireSaved(savedScale));
    },
  );
}

/** Mean and variance of a batch norm's input, `[C]` each; lent. */
export type OnMoments = (mean: tf.Tensor, variance: tf.Tensor) => void;

/** A batch norm without scale and offset, by the moments of the batch; dL/dx as of {@link instanceNorm}, over the batch as well. */
export function batchNorm(x: tf.Tensor, epsilon: number, onMoments?: OnMoments): tf.Tensor {
  const axes = [0, 1, 2];
  return differentiable(
    asNhwc(x),
    (input, save) => {
      const mean = tf.mean(input, axes); // [C]
      const centered = tf.sub(input, mean);
      const variance = tf.mean(tf.square(centered), axes);
      onMoments?.(mean, variance);
      const scale = tf.rsqrt(tf.add(variance, epsilon));
      const y = tf.mul(centered, scale);
      save([y, scale]);
      return y;
    },
    (dy, [savedY, savedScale]) => {
      const y = requireSaved(savedY);
      const alongY = tf.mul(y, tf.mean(tf.mul(dy, y), axes));
      return tf.mul(tf.sub(tf.sub(dy, tf.mean(dy, axes)), alongY), requireSaved(savedScale));
    },
  );
}

/** See `Ops.upsampleNearest`; its gradient is the sum of each 2x2 block. */
export function upsampleNearest(x: tf.Tensor): tf.Tensor {
  const [, height, width] = asNhwc(x).shape;
  return differentiable(
    x,
    (input) => tf.image.resizeNearestNeighbor(asNhwc(input), [2 * height, 2 * width]),
    (dy) => tf.mul(tf.avgPool(asNhwc(dy), 2, 2, 'valid'), 4),
  );
}

/** See `Ops.averagePool`; its gradient is repeated over the block. */
export function averagePool(x: tf.Tensor, size: number): tf.Tensor {
  const [, height, width] = asNhwc(x).shape;
  return differentiable(
    x,
    (input) => tf.avgPool(asNhwc(input), size, size, 'valid'),
    (dy) => tf.mul(tf.image.resizeNearestNeighbor(asNhwc(dy), [height, width]), 1 / (size * size)),
  );
}

/** See `Ops.boxBlur`; it is its own gradient. */
export function boxBlur(x: tf.Tensor, size: number): tf.Tensor {
  const blur = (images: tf.Tensor): tf.Tensor => {
    const padded = padImages(images, (size - 1) / 2, 'zero');
    return tf.avgPool(tf.avgPool(padded, [size, 1], 1, 'valid'), [1, size], 1, 'valid');
  };
  return differentiable(asNhwc(x), blur, blur);
}

/** See `Ops.globalMax`; equal maxima share the gradient. */
export function globalMax(x: tf.Tensor): tf.Tensor {
  return differentiable(
    asNhwc(x),
    (input, save) => {
      const y = tf.max(input, [1, 2]);
      save([input, y]);
      return y;
    },
    (dy, [savedInput, savedY]) => {
      const isMaximum = tf.cast(tf.equal(requireSaved(savedInput), expandSpatial(requireSaved(savedY))), 'float32');
      const share = tf.div(expandSpatial(dy), tf.sum(isMaximum, [1, 2], true)); // [N, 1, 1, C]
      return tf.mul(isMaximum, share);
    },
  );
}

/** `[N, C]` to `[N, 1, 1, C]`. */
export function expandSpatial(x: tf.Tensor): tf.Tensor {
  if (x.rank !== 2) throw new RangeError(`x must have the shape [N, C], got [${x.shape.join(', ')}]`);
  return tf.expandDims(tf.expandDims(x, 1), 1);
}

/** See `Ops.resizeBilinear`; its gradient is two products with the transposed interpolation matrices. */
export function resizeBilinear(x: tf.Tensor, height: number, width: number): tf.Tensor {
  const [batch, inHeight, inWidth, channels] = asNhwc(x).shape;
  if (inHeight === height && inWidth === width) return x;
  return differentiable(
    x,
    (input) => tf.image.resizeBilinear(asNhwc(input), [height, width], false, true),
    (dy) => {
      const rows = tf.matMul(
        transposedInterpolation(inHeight, height),
        tf.reshape(dy, [batch, height, width * channels]),
      ); // [N, H, outW * C]
      const columns = tf.reshape(rows, [batch * inHeight, width, channels]);
      const dx = tf.matMul(transposedInterpolation(inWidth, width), columns); // [N * H, W, C]
      return tf.reshape(dx, [batch, inHeight, inWidth, channels]);
    },
  );
}

/** The transposed matrix of bilinear interpolation with half-pixel centres from `inLength` to `outLength`: `[1, in, out]`. */
function transposedInterpolation(inLength: number, outLength: number): tf.Tensor {
  const weights = new Float32Array(inLength * outLength);
  for (let out = 0; out < outLength; out++) {
    const place = Math.min(Math.max(((out + 0.5) * inLength) / outLength - 0.5, 0), inLength - 1);
    const low = Math.floor(place);
    const high = Math.min(low + 1, inLength - 1);
    weights[low * outLength + out] = 1 - (place - low);
    if (high > low) weights[high * outLength + out] = place - low;
  }
  return tf.tensor(weights, [1, inLength, outLength]);
}

function lengthOf(x: tf.Tensor, axis: number): number {
  const length = x.shape[axis];
  if (length === undefined) throw new RangeError(`axis must be below ${x.rank}, got ${axis}`);
  return length;
}

function requireSaved(saved: tf.Tensor | undefined): tf.Tensor {
  if (!saved) throw new TypeError('a tensor saved for the gradient is missing');
  return saved;
}
