import * as tf from '@tensorflow/tfjs-core';
import type { ParameterSpec, Weights } from './networks/ops.js';
import { sizeOf } from './networks/trace.js';

/** Added to a kernel's squared norm. */
const EPSILON = 1e-6;
/** Gain of an untrained kernel: the norm of a kernel initialised by He et al. (2015). */
const START_GAIN = Math.SQRT2;

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
    const gain = weights.get(gainName(name));
    if (!gain) {
      result.set(name, tensor);
      continue;
    }
    const filters = tensor.shape.at(-1) ?? 1;
    const flat = tf.reshape(tensor, [-1, filters]);
    const centred = tf.sub(flat, tf.mean(flat, 0, true));
    const norm = tf.sqrt(tf.add(tf.sum(tf.square(centred), 0, true), EPSILON));
    result.set(name, tf.reshape(tf.mul(tf.div(centred, norm), tf.reshape(gain, [1, filters])), tensor.shape));
  }
  return result;
}

/** The plain kernels of standardised weights, for the export; copies. */
export function foldGains(weights: Weights): Weights {
  const folded = new Map<string, Float32Array>();
  for (const [name, values] of weights) {
    if (name.endsWith('/gain')) continue;
    const gain = weights.get(gainName(name));
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

function isStandardised({ name, init, shape }: ParameterSpec): boolean {
  return init.kind === 'he' && name.endsWith('/kernel') && shape.length === 4 && sizeOf(shape.slice(0, -1)) > 1;
}

function gainName(kernel: string): string {
  return kernel.replace(/\/kernel$/, '/gain');
}
