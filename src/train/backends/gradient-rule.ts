import * as tf from '@tensorflow/tfjs-core';

/** dL/dx by input name, from dL/dy and the saved tensors. tfjs calls only the functions of the inputs it needs. */
export type GradientRule = (
  dy: tf.Tensor,
  saved: readonly tf.Tensor[],
  attributes: KernelAttributes,
) => Record<string, () => tf.Tensor>;

/** The attributes that the rules read; tfjs leaves them untyped. */
export interface KernelAttributes {
  readonly axis: number | number[];
  readonly begin: number[];
  readonly dims: number[];
  readonly paddings: [number, number][];
  readonly perm: number[];
  readonly reps: number[];
  /** The name of `Max`'s axis. */
  readonly reductionIndices?: number | number[];
  readonly size: number[];
  readonly alpha: number;
  readonly dilations: number | [number, number];
  readonly pad: unknown;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Which tensors a rule receives in `saved`, in this order. */
export interface SavedTensors {
  readonly inputs?: readonly string[];
  /** The output, after the inputs. */
  readonly output?: boolean;
  /** All inputs of a kernel with a list of inputs. */
  readonly all?: boolean;
}

/** Registers the gradient of a kernel for all backends. */
export function registerGradient(kernelName: string, saving: SavedTensors, rule: GradientRule): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: [...(saving.inputs ?? [])],
    outputsToSave: [saving.output ?? false],
    saveAllInputs: saving.all ?? false,
    // A rule knows the attributes of its kernel; only `SplitV` and `Unpack` have more than one dy.
    gradFunc: (dy, saved, attributes) => rule(dy as tf.Tensor, saved, attributes as unknown as KernelAttributes),
  });
}

/** Registers the gradient of a kernel with one input `x`, computed from that input or from the output. */
export function registerUnaryGradient(
  kernelName: string,
  saved: 'input' | 'output',
  rule: (dy: tf.Tensor, value: tf.Tensor, attributes: KernelAttributes) => tf.Tensor,
): void {
  const saving = saved === 'input' ? { inputs: ['x'] } : { output: true };
  registerGradient(kernelName, saving, (dy, [value], attributes) => ({
    x: () => rule(dy, requireSaved(value), attributes),
  }));
}

/** dy summed over the axes along which a tensor of this shape was broadcast. */
export function sumTo(dy: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, shape);
}

/** Gradients of a list of inputs, by index. */
export function byIndex(
  saved: readonly tf.Tensor[],
  gradient: (part: tf.Tensor, index: number) => tf.Tensor,
): Record<string, () => tf.Tensor> {
  return Object.fromEntries(saved.map((part, index) => [String(index), () => gradient(part, index)]));
}

/** Throws TypeError for a tensor that was not saved. */
export function requireSaved(tensor: tf.Tensor | undefined): tf.Tensor {
  if (!tensor) throw new TypeError('a tensor saved for the gradient is missing');
  return tensor;
}
