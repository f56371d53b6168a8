import * as tf from '@tensorflow/tfjs-core';

/** dL/dx by the name of every input, from dL/dy and what was saved; made only for the inputs that are asked for. */
export type Rule = (
  dy: tf.Tensor,
  saved: readonly tf.Tensor[],
  attributes: Attributes,
) => Record<string, () => tf.Tensor>;

/** The attributes that the rules read; tfjs has them untyped. */
export interface Attributes {
  readonly axis: number | number[];
  readonly begin: number[];
  readonly dims: number[];
  readonly paddings: [number, number][];
  readonly perm: number[];
  readonly reps: number[];
  /** What `Max` calls its axis. */
  readonly reductionIndices?: number | number[];
  readonly size: number[];
  readonly alpha: number;
  readonly dilations: number | [number, number];
  readonly pad: unknown;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** What a rule gets in `saved`, in this order. */
export interface Saving {
  readonly inputs?: readonly string[];
  /** The output, after the inputs. */
  readonly output?: boolean;
  /** Every one of a list of inputs. */
  readonly all?: boolean;
}

/** Gives every backend's kernel of that name its gradient. */
export function register(kernelName: string, saving: Saving, rule: Rule): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: [...(saving.inputs ?? [])],
    outputsToSave: [saving.output ?? false],
    saveAllInputs: saving.all ?? false,
    // Border: a rule knows its kernel's attributes, and only `SplitV` and `Unpack` have more than one dy.
    gradFunc: (dy, saved, attributes) => rule(dy as tf.Tensor, saved, attributes as unknown as Attributes),
  });
}

/** A kernel of one input `x` whose derivative follows from that input or from the output. */
export function unary(
  kernelName: string,
  saved: 'input' | 'output',
  rule: (dy: tf.Tensor, value: tf.Tensor, attributes: Attributes) => tf.Tensor,
): void {
  const saving = saved === 'input' ? { inputs: ['x'] } : { output: true };
  register(kernelName, saving, (dy, [value], attributes) => ({ x: () => rule(dy, there(value), attributes) }));
}

/** dy summed over the axes along which a tensor of the shape was repeated. */
export function sumTo(dy: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, shape);
}

/** A list of inputs has its gradients by number. */
export function byIndex(
  saved: readonly tf.Tensor[],
  gradient: (part: tf.Tensor, index: number) => tf.Tensor,
): Record<string, () => tf.Tensor> {
  return Object.fromEntries(saved.map((part, index) => [String(index), () => gradient(part, index)]));
}

/** Throws TypeError when it is not. */
export function there(tensor: tf.Tensor | undefined): tf.Tensor {
  if (!tensor) throw new TypeError('a tensor that the gradient reads was not saved');
  return tensor;
}
