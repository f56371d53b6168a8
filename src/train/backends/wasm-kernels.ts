import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { findKernel, replaceKernel } from './replace-kernel.js';

type Shape4 = [number, number, number, number];
/** Access to the backend's memory. */
type WasmMemory = Pick<BackendWasm, 'makeOutput' | 'typedArrayFromHeap'>;
type ConvolutionInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

/** The attributes of both gradient kernels of a convolution. */
interface GradientAttributes {
  readonly strides: number | [number, number];
  readonly pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The attributes of the kernel `SplitV`; tfjs leaves them untyped. */
interface SplitAttributes {
  readonly numOrSizeSplits: number | number[];
  readonly axis: number;
}

/**
 * Adds to the wasm backend (tfjs-backend-wasm 4.22) what training needs: the gradient of a convolution by its kernel, which it
 * lacks; the one by its input, which it computes at a tenth of the speed; a correct gradient of maxima below 0; and a faster
 * split. Convolutions must be NHWC without dilation. Idempotent.
 */
export function registerWasmKernels(): void {
  if (findKernel('Conv2DBackpropFilter', 'wasm')) return;
  registerConvolutionGradients();
  registerMaxPoolGradient();
  registerSplit();
}

function registerConvolutionGradients(): void {
  replaceKernel('Conv2DBackpropFilter', 'wasm', ({ inputs, attrs }) => {
    // tfjs passes tensors and attributes untyped; these are the ones of this kernel.
    const { x, dy } = inputs as unknown as { x: tf.Tensor4D; dy: tf.Tensor4D };
    const { filterShape, ...attributes } = attrs as unknown as GradientAttributes & { filterShape: Shape4 };
    return tf.tidy(() => kernelGradient(x, dy, convolutionInfo(x.shape, filterShape, attributes)));
  });
  replaceKernel('Conv2DBackpropInput', 'wasm', ({ inputs, attrs, backend }) => {
    const { dy, filter } = inputs as unknown as { dy: tf.Tensor4D; filter: tf.Tensor4D };
    const { inputShape, ...attributes } = attrs as unknown as GradientAttributes & { inputShape: Shape4 };
    return tf.tidy(() =>
      inputGradient(backend as WasmMemory, dy, filter, convolutionInfo(inputShape, filter.shape, attributes)),
    );
  });
}

/** tfjs-backend-wasm 4.22 searches for maxima from 0 upwards and gives the gradient of a negative window to the first pixel. */
function registerMaxPoolGradient(): void {
  const maxPoolGradient = findKernel('MaxPoolGrad', 'wasm');
  if (!maxPoolGradient) return;
  replaceKernel('MaxPoolGrad', 'wasm', ({ inputs, ...rest }) => {
    const input = inputs['input'] as tf.Tensor;
    const positive = tf.tidy(() => tf.add(tf.sub(input, tf.min(input)), 1));
    const gradient = maxPoolGradient.kernelFunc({ inputs: { ...inputs, input: positive }, ...rest });
    positive.dispose();
    return gradient;
  });
}

function convolutionInfo(inShape: Shape4, filterShape: Shape4, attributes: GradientAttributes): ConvolutionInfo {
  const { strides, pad, dataFormat, dimRoundingMode } = attributes;
  if (dataFormat !== 'NHWC') throw new RangeError(`dataFormat must be NHWC, got ${dataFormat}`);
  return tf.backend_util.computeConv2DInfo(inShape, filterShape, strides, 1, pad, dimRoundingMode);
}

/**
 * dL/dkernel `[kH, kW, in, out]`: the convolution of the input, with its channels as the batch and its batch as channels, by the
 * gradient of the output as kernel, dilated by the stride.
 */
function kernelGradient(x: tf.Tensor4D, dy: tf.Tensor4D, info: ConvolutionInfo): tf.Tensor4D {
  const { padInfo, filterHeight, filterWidth, inChannels, outChannels, strideHeight, strideWidth } = info;
  const padded = tf.pad(x, [
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
    [0, 0],
  ]);
  const channelsAsBatch = tf.transpose<tf.Tensor4D>(padded, [3, 1, 2, 0]); // [in, H, W, N]
  const kernel = tf.transpose<tf.Tensor4D>(dy, [1, 2, 0, 3]); // [outH, outW, N, out]
  const sums = tf.conv2d(channelsAsBatch, kernel, 1, 'valid', 'NHWC', [strideHeight, strideWidth]); // [in, >= kH, >= kW, out]
  return tf.transpose(tf.slice(sums, [0, 0, 0, 0], [inChannels, filterHeight, filterWidth, outChannels]), [1, 2, 0, 3]);
}

/**
 * dL/dx `[N, H, W, in]`. With stride s the input has s x s interleaved phases; each is a stride-1 convolution of the output's
 * gradient by every s-th row and column of the kernel, rotated by 180 degrees. The phases of one row are one convolution.
 */
function inputGradient(memory: WasmMemory, dy: tf.Tensor4D, filter: tf.Tensor4D, info: ConvolutionInfo): tf.Tensor4D {
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
    const kernel = phaseKernel(memory, filter, info, { taps, phase }); // [taps, taps, out, strideW * in]
    const y = tf.conv2d(padded, kernel, 1, 'valid'); // [N, h, w, strideW * in]
    [, height, width] = y.shape;
    rows.push(tf.reshape(y, [batchSize * height, 1, width * strideWidth * inChannels]));
  }
  [height, width] = [height * strideHeight, width * strideWidth];
  const whole = tf.reshape<tf.Rank.R4>(tf.concat(rows, 1), [batchSize, height, width, inChannels]);
  // Input rows and columns beyond the last kernel position have the gradient 0.
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

/** The kernel's rows `phase, phase + s, ...` for each column phase, rotated by 180 degrees: `[rows, columns, out, strideW * in]`. */
function phaseKernel(
  memory: WasmMemory,
  filter: tf.Tensor4D,
  info: ConvolutionInfo,
  { taps, phase }: { readonly taps: { readonly rows: number; readonly columns: number }; readonly phase: number },
): tf.Tensor4D {
  const { filterHeight, filterWidth, inChannels, outChannels, strideHeight, strideWidth } = info;
  const output = memory.makeOutput([taps.rows, taps.columns, outChannels, strideWidth * inChannels], 'float32');
  // Plain loops: the backend's gather and reverse take longer than the convolution of a small image.
  const [from, to] = [memory.typedArrayFromHeap(filter), memory.typedArrayFromHeap(output)];
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

/**
 * A split that copies each part once. tfjs-backend-wasm 4.22 copies the whole tensor for each part: splitting a network's vector
 * into its parameters took longer than the rest of an optimiser step. Replaced where all axes before the split one have length 1.
 */
function registerSplit(): void {
  const own = tf.getKernel('SplitV', 'wasm');
  replaceKernel('SplitV', 'wasm', (call) => {
    // tfjs passes tensors, attributes and backend untyped; these are the ones of this kernel.
    const { x } = call.inputs as unknown as { x: tf.TensorInfo };
    const { numOrSizeSplits, axis } = call.attrs as unknown as SplitAttributes;
    const splitAxis = tf.util.parseAxisParam(axis, x.shape)[0] ?? 0;
    if (x.shape.slice(0, splitAxis).some((length) => length !== 1)) return own.kernelFunc(call);
    const lengths = tf.backend_util.prepareSplitSize(x, numOrSizeSplits, splitAxis);
    return splitContiguous(call.backend as unknown as WasmMemory, x, { axis: splitAxis, lengths });
  });
}

/** Parts of `lengths` along an axis that only axes of length 1 precede: each part is contiguous in memory. */
function splitContiguous(
  memory: WasmMemory,
  x: tf.TensorInfo,
  { axis, lengths }: { readonly axis: number; readonly lengths: readonly number[] },
): tf.TensorInfo[] {
  let from = 0;
  return lengths.map((length) => {
    const part = memory.makeOutput(x.shape.with(axis, length), x.dtype);
    const size = tf.util.sizeFromShape(part.shape);
    // Read after the allocation, which may have grown and moved the memory.
    memory.typedArrayFromHeap(part).set(memory.typedArrayFromHeap(x).subarray(from, from + size));
    from += size;
    return part;
  });
}
