import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { findKernel, replaceKernel } from './replace-kernel.js';

type Shape4 = [number, number, number, number];
/** Where the backend's tensors lie. */
type Heap = Pick<BackendWasm, 'makeOutput' | 'typedArrayFromHeap'>;
type ConvolutionInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

/** What tfjs gives to both gradients of a convolution. */
interface GradientAttributes {
  readonly strides: number | [number, number];
  readonly pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * Gives the wasm backend what training needs: a convolution's gradient by its kernel, which it lacks; the one by its input,
 * which it has at a tenth of the speed; and a right gradient of maxima below 0. Convolutions: NHWC alone, without dilation.
 */
export function registerWasmGradients(): void {
  if (findKernel('Conv2DBackpropFilter', 'wasm')) return;
  const maxPoolGradient = findKernel('MaxPoolGrad', 'wasm');
  replaceKernel('Conv2DBackpropFilter', 'wasm', ({ inputs, attrs }) => {
    // Border: tfjs hands kernels their tensors and attributes untyped; these are the ones of this kernel.
    const { x, dy } = inputs as unknown as { x: tf.Tensor4D; dy: tf.Tensor4D };
    const { filterShape, ...attributes } = attrs as unknown as GradientAttributes & { filterShape: Shape4 };
    return tf.tidy(() => kernelGradient(x, dy, describe(x.shape, filterShape, attributes)));
  });
  replaceKernel('Conv2DBackpropInput', 'wasm', ({ inputs, attrs, backend }) => {
    const { dy, filter } = inputs as unknown as { dy: tf.Tensor4D; filter: tf.Tensor4D };
    const { inputShape, ...attributes } = attrs as unknown as GradientAttributes & { inputShape: Shape4 };
    return tf.tidy(() => inputGradient(backend as Heap, dy, filter, describe(inputShape, filter.shape, attributes)));
  });
  if (!maxPoolGradient) return;
  replaceKernel('MaxPoolGrad', 'wasm', ({ inputs, ...rest }) => {
    // The kernel searches for maxima from 0 upwards: it gives the gradient of a window below to the picture's first number.
    const input = inputs['input'] as tf.Tensor;
    const positive = tf.tidy(() => tf.add(tf.sub(input, tf.min(input)), 1));
    const gradient = maxPoolGradient.kernelFunc({ inputs: { ...inputs, input: positive }, ...rest });
    positive.dispose();
    return gradient;
  });
}

function describe(inShape: Shape4, filterShape: Shape4, attributes: GradientAttributes): ConvolutionInfo {
  const { strides, pad, dataFormat, dimRoundingMode } = attributes;
  if (dataFormat !== 'NHWC') throw new RangeError(`dataFormat must be NHWC, got ${dataFormat}`);
  return tf.backend_util.computeConv2DInfo(inShape, filterShape, strides, 1, pad, dimRoundingMode);
}

/**
 * dL/dkernel `[kH, kW, in, out]`: the input, its channels taken for pictures and its pictures for channels, under the output's
 * gradient for a kernel, spread out by the stride.
 */
function kernelGradient(x: tf.Tensor4D, dy: tf.Tensor4D, info: ConvolutionInfo): tf.Tensor4D {
  const { padInfo, filterHeight, filterWidth, inChannels, outChannels, strideHeight, strideWidth } = info;
  const padded = tf.pad(x, [
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
    [0, 0],
  ]);
  const pictures = tf.transpose<tf.Tensor4D>(padded, [3, 1, 2, 0]); // [in, H, W, N]
  const kernel = tf.transpose<tf.Tensor4D>(dy, [1, 2, 0, 3]); // [outH, outW, N, out]
  const sums = tf.conv2d(pictures, kernel, 1, 'valid', 'NHWC', [strideHeight, strideWidth]); // [in, >= kH, >= kW, out]
  return tf.transpose(tf.slice(sums, [0, 0, 0, 0], [inChannels, filterHeight, filterWidth, outChannels]), [1, 2, 0, 3]);
}

/**
 * dL/dx `[N, H, W, in]`. With stride s the input has s x s interleaved phases; each is a stride-1 convolution of the output's
 * gradient with every s-th row and column of the kernel, turned by half a turn. The phases of one row are one convolution.
 */
function inputGradient(heap: Heap, dy: tf.Tensor4D, filter: tf.Tensor4D, info: ConvolutionInfo): tf.Tensor4D {
  const { batchSize, inChannels, inHeight, inWidth, padInfo, strideHeight, strideWidth } = info;
  const taps = {
    rows: Math.ceil(info.filterHeight / strideHeight),
    columns: Math.ceil(info.filterWidth / strideWidth),
  };
  const padded = tf.pad(dy, [
    [0, 0],
    [taps.rows - 1, taps.rows - 1],
    [taps.columns - 1, taps.columns - 1],
    [0, 0],
  ]);
  const rows: tf.Tensor3D[] = [];
  let [height, width] = [0, 0];
  for (let phase = 0; phase < strideHeight; phase++) {
    const kernel = phaseKernel(heap, filter, info, { taps, phase }); // [taps, taps, out, strideW * in]
    const y = tf.conv2d(padded, kernel, 1, 'valid'); // [N, h, w, strideW * in]
    [, height, width] = y.shape;
    rows.push(tf.reshape(y, [batchSize * height, 1, width * strideWidth * inChannels]));
  }
  [height, width] = [height * strideHeight, width * strideWidth];
  const whole = tf.reshape<tf.Rank.R4>(tf.concat(rows, 1), [batchSize, height, width, inChannels]);
  // Input rows after the last that a kernel reached get nothing.
  const reached = tf.pad(whole, [
    [0, 0],
    [0, Math.max(0, padInfo.top + inHeight - height)],
    [0, Math.max(0, padInfo.left + inWidth - width)],
    [0, 0],
  ]);
  return tf.slice<tf.Rank.R4, tf.Tensor4D>(
    reached,
    [0, padInfo.top, padInfo.left, 0],
    [batchSize, inHeight, inWidth, inChannels],
  );
}

/** The kernel's rows `phase, phase + s, ...` of every column phase, turned by half a turn: `[rows, columns, out, strideW * in]`. */
function phaseKernel(
  heap: Heap,
  filter: tf.Tensor4D,
  info: ConvolutionInfo,
  { taps, phase }: { readonly taps: { readonly rows: number; readonly columns: number }; readonly phase: number },
): tf.Tensor4D {
  const { filterHeight, filterWidth, inChannels, outChannels, strideHeight, strideWidth } = info;
  const output = heap.makeOutput([taps.rows, taps.columns, outChannels, strideWidth * inChannels], 'float32');
  // Plain loops: the backend's own gather and reverse take longer than the convolution of a small picture.
  const [from, to] = [heap.typedArrayFromHeap(filter), heap.typedArrayFromHeap(output)];
  let at = 0;
  for (let row = taps.rows - 1; row >= 0; row--) {
    for (let column = taps.columns - 1; column >= 0; column--) {
      for (let out = 0; out < outChannels; out++) {
        for (let columnPhase = 0; columnPhase < strideWidth; columnPhase++) {
          const [y, x] = [row * strideHeight + phase, column * strideWidth + columnPhase];
          const isInside = y < filterHeight && x < filterWidth;
          let source = (y * filterWidth + x) * inChannels * outChannels + out;
          for (let channel = 0; channel < inChannels; channel++, source += outChannels) {
            to[at++] = isInside ? (from[source] ?? 0) : 0;
          }
        }
      }
    }
  }
  return tf.engine().makeTensorFromTensorInfo(output) as tf.Tensor4D; // the shape above
}
