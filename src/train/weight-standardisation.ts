import * as tf from '@tensorflow/tfjs-core';
import type { ParameterSpec, Weights } from './networks/ops.js';
import { sizeOf } from './networks/trace.js';

/** Added to a kernel's squared norm. */
const EPSILON = 1e-6;
/** Ends the names of kernels. */
const KERNEL = '/kernel';
/** Gain of an untrained kernel: the norm of a kernel initialised by He et al. (2015). */
const START_GAIN = Math.SQRT2;
/** Norm of a kernel that trained for long, before it is standardised. */
const TRAINED_NORM = 1.5 * START_GAIN;

/**
 * Adds a learned gain per filter, `NAME/gain`, to each kernel with the initialiser `he`: see {@link standardise}. Training then
 * converges about as with batch norm, without its statistics, and the exported network has plain kernels.
 */
export function withGains(parameters: readonly ParameterSpec[]): readonly ParameterSpec[] {
  return parameters.flatMap((spec) => {
    if (!isStandardised(spec)) return [spec];
    const gain = {
      name: gainName(spec.name),
      shape: [spec.shape.at(-1) ?? 1],
      init: { kind: 'constant', value: START_GAIN },
    };
    return [spec, gain as ParameterSpec];
  });
}

/**
 * Weight standardisation (Qiao et al. 2019) with a gain (Brock et al. 2021): each filter gets mean 0, norm 1 and then its gain.
 * Differentiable. @param weights with gains, lent. Call it within a `tf.tidy`.
 */
export function standardise(weights: ReadonlyMap<string, tf.Tensor>): ReadonlyMap<string, tf.Tensor> {
  const result = new Map<string, tf.Tensor>();
  for (const [name, tensor] of weights) {
    if (name.endsWith('/gain')) continue;
    const gain = gainOf(weights, name);
    if (!gain) {
      result.set(name, tensor);
      continue;
    }
    result.set(name, standardiseKernel(tensor, gain));
  }
  return result;
}

/** One kernel `[..., filters]` with its gains `[filters]`. A gradient by hand: composed, it takes four times as many operations. */
function standardiseKernel(kernel: tf.Tensor, gain: tf.Tensor): tf.Tensor {
  const filters = kernel.shape.at(-1) ?? 1;
  const operation = tf.customGrad((...inputs) => {
    // customGrad passes its tensors and then the save function; its type cannot express that.
    const [x, factor, save] = inputs as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const flat = tf.reshape(x, [-1, filters]);
    const centred = tf.sub(flat, tf.mean(flat, 0, true));
    const inverse = tf.rsqrt(tf.add(tf.sum(tf.square(centred), 0, true), EPSILON)); // [1, filters]
    const unit = tf.mul(centred, inverse);
    const scale = tf.mul(inverse, factor);
    save([unit, scale]);
    const gradFunc = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] =>
      tf.tidy(() => {
        const [u, s] = saved as [tf.Tensor, tf.Tensor]; // what was saved
        const flatDy = tf.reshape(dy, [-1, filters]);
        const along = tf.sum(tf.mul(flatDy, u), 0, true);
        const across = tf.mul(tf.sub(flatDy, tf.mul(u, along)), s);
        const dx = tf.sub(across, tf.mean(across, 0, true));
        return [tf.reshape(dx, kernel.shape), tf.reshape(along, [filters])];
      });
    return { value: tf.reshape(tf.mul(centred, scale), kernel.shape), gradFunc };
  });
  return operation(kernel, gain);
}

/** The plain kernels of standardised weights, for the export; copies. */
export function foldGains(weights: Weights): Weights {
  const folded = new Map<string, Float32Array>();
  for (const [name, values] of weights) {
    if (name.endsWith('/gain')) continue;
    const gain = gainOf(weights, name);
    folded.set(name, gain ? foldKernel(values, gain) : values);
  }
  return folded;
}

function foldKernel(kernel: Float32Array, gain: Float32Array): Float32Array {
  const filters = gain.length;
  const rows = kernel.length / filters;
  const out = new Float32Array(kernel.length);
  for (let f = 0; f < filters; f++) {
    let sum = 0;
    for (let i = f; i < kernel.length; i += filters) sum += kernel[i] ?? 0;
    const mean = sum / rows;
    let squares = 0;
    for (let i = f; i < kernel.length; i += filters) squares += ((kernel[i] ?? 0) - mean) ** 2;
    const factor = (gain[f] ?? 0) / Math.sqrt(squares + EPSILON);
    for (let i = f; i < kernel.length; i += filters) out[i] = ((kernel[i] ?? 0) - mean) * factor;
  }
  return out;
}

/**
 * Weights with gains whose plain kernels are the given ones: to train on from an exported network. Kernels get the norm that training
 * gives them, since the optimiser's steps are relative to it.
 * @param parameters with gains.
 */
export function unfoldGains(parameters: readonly ParameterSpec[], plain: Weights): Weights {
  const weights = new Map(plain);
  for (const { name, shape } of parameters) {
    const kernel = plain.get(name);
    const filters = shape.at(-1) ?? 1;
    if (!kernel || !parameters.some((spec) => spec.name === gainName(name))) continue;
    const gain = new Float32Array(filters);
    for (const [i, value] of kernel.entries()) gain[i % filters] = (gain[i % filters] ?? 0) + value * value;
    for (let f = 0; f < filters; f++) gain[f] = Math.sqrt(gain[f] ?? 0);
    weights.set(
      name,
      kernel.map((value, i) => (TRAINED_NORM * value) / Math.max(gain[i % filters] ?? 0, EPSILON)),
    );
    weights.set(gainName(name), gain);
  }
  return weights;
}

function isStandardised({ name, init, shape }: ParameterSpec): boolean {
  return init.kind === 'he' && name.endsWith(KERNEL) && shape.length === 4 && sizeOf(shape.slice(0, -1)) > 1;
}

/** The gain of a standardised kernel; undefined for every other parameter. */
function gainOf<V>(weights: ReadonlyMap<string, V>, name: string): V | undefined {
  return name.endsWith(KERNEL) ? weights.get(gainName(name)) : undefined;
}

function gainName(kernel: string): string {
  return `${kernel.slice(0, -KERNEL.length)}/gain`;
}
