import * as tf from '@tensorflow/tfjs-core';

import type { Random } from '../core/random.js';
import type { Init, ParameterSpec, Weights } from './networks/ops.js';
import { sizeOf } from './networks/trace.js';

/**
 * All parameters of a network as one float32 tensor: an optimiser step is then a few operations on one vector instead of a few
 * per parameter, and each kernel launch on a GPU has a cost.
 *
 * Owns its tensors until {@link close}.
 */
export class ParameterVector {
  /** In the order of the vector. */
  readonly parameters: readonly ParameterSpec[];
  /** Numbers in the vector. */
  readonly size: number;
  #flat: tf.Tensor1D;
  #tensors: ReadonlyMap<string, tf.Tensor>;

  /** Initialises the parameters. Throws RangeError where the values of an initialiser do not fill its shape. */
  constructor(parameters: readonly ParameterSpec[], random: Random) {
    this.parameters = parameters;
    this.size = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const start = new Float32Array(this.size);
    let at = 0;
    for (const spec of parameters) {
      start.set(initialValues(spec, random), at);
      at += sizeOf(spec.shape);
    }
    this.#flat = tf.keep(tf.tensor1d(start));
    this.#tensors = this.#splitAndKeep(this.#flat);
  }

  /** All parameters, `[size]`. Lent until the next {@link replace}, {@link load} or {@link close}. */
  get flat(): tf.Tensor1D {
    return this.#flat;
  }

  /** Each parameter by name in its own shape. Lent until the next {@link replace}, {@link load} or {@link close}. */
  get tensors(): ReadonlyMap<string, tf.Tensor> {
    return this.#tensors;
  }

  /** Takes a new vector `[size]` and disposes the former tensors. */
  replace(flat: tf.Tensor1D): void {
    this.#requireSize(flat.size);
    this.close();
    this.#flat = tf.keep(flat);
    this.#tensors = this.#splitAndKeep(this.#flat);
  }

  /** One tensor per parameter, in their order, as one vector `[size]`: for gradients. The caller disposes it. Throws RangeError for other sizes. */
  flatten(tensors: readonly tf.Tensor[]): tf.Tensor1D {
    for (const [index, { name, shape }] of this.parameters.entries()) {
      if (tensors[index]?.size !== sizeOf(shape)) {
        const got = tensors[index] ? `[${tensors[index].shape.join(', ')}]` : 'none';
        throw new RangeError(`tensors must hold [${shape.join(', ')}] for ${name}, got ${got}`);
      }
    }
    if (tensors.length !== this.parameters.length) {
      throw new RangeError(`tensors must be ${this.parameters.length}, got ${tensors.length}`);
    }
    return tf.tidy(() => tf.concat1d(tensors.map((tensor) => tf.reshape(tensor, [tensor.size]))));
  }

  /** A vector `[size]` as tensors by parameter name, each in its own shape. The caller disposes them. Throws RangeError for another size. */
  split(flat: tf.Tensor1D): ReadonlyMap<string, tf.Tensor> {
    this.#requireSize(flat.size);
    const sizes = this.parameters.map(({ shape }) => sizeOf(shape));
    const parts = tf.tidy(() =>
      tf.split(flat, sizes).map((part, index) => tf.reshape(part, [...(this.parameters[index]?.shape ?? [])])),
    );
    return new Map(parts.map((part, index) => [this.parameters[index]?.name ?? '', part]));
  }

  /**
   * A factor for each number of the vector, `[size]`: that of the longest prefix of its parameter's name in `byPrefix`, else 1.
   * Throws RangeError for a prefix that no parameter has.
   */
  scalesByPrefix(byPrefix: Readonly<Record<string, number>>): Float32Array {
    const prefixes = Object.keys(byPrefix).sort((a, b) => b.length - a.length);
    for (const prefix of prefixes) {
      if (!this.parameters.some(({ name }) => name.startsWith(prefix))) {
        throw new RangeError(`a prefix must match the name of a parameter, got ${prefix}`);
      }
    }
    const scales = new Float32Array(this.size).fill(1);
    let at = 0;
    for (const { name, shape } of this.parameters) {
      const prefix = prefixes.find((candidate) => name.startsWith(candidate));
      const end = at + sizeOf(shape);
      if (prefix !== undefined) scales.fill(byPrefix[prefix] ?? 1, at, end);
      at = end;
    }
    return scales;
  }

  /** See {@link namedViews}. */
  namedViews(vector: Float32Array): Weights {
    return namedViews(this.parameters, vector);
  }

  /** Copies all parameters in. Throws RangeError where one is missing or has another size. */
  load(weights: Weights): void {
    const vector = new Float32Array(this.size);
    for (const [name, view] of this.namedViews(vector)) {
      const values = weights.get(name);
      if (values?.length !== view.length) {
        throw new RangeError(`weights must hold ${view.length} numbers for ${name}, got ${values?.length ?? 'none'}`);
      }
      view.set(values);
    }
    this.replace(tf.tensor1d(vector));
  }

  close(): void {
    this.#flat.dispose();
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors = new Map();
  }

  #splitAndKeep(flat: tf.Tensor1D): ReadonlyMap<string, tf.Tensor> {
    const tensors = this.split(flat);
    for (const tensor of tensors.values()) tf.keep(tensor);
    return tensors;
  }

  #requireSize(length: number): void {
    if (length !== this.size) throw new RangeError(`a vector must hold ${this.size} numbers, got ${length}`);
  }
}

/** The parameters in a vector by name, as views of it. Throws RangeError where the length is not that of all parameters. */
export function namedViews(parameters: readonly ParameterSpec[], vector: Float32Array): Weights {
  const size = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (vector.length !== size) throw new RangeError(`a vector must hold ${size} numbers, got ${vector.length}`);
  let at = 0;
  return new Map(parameters.map(({ name, shape }) => [name, vector.subarray(at, (at += sizeOf(shape)))] as const));
}

/** The numbers of a tensor; a copy. */
export async function readVector(tensor: tf.Tensor): Promise<Float32Array> {
  return Float32Array.from(await tensor.data());
}

/** The initial values of a parameter, row-major. Throws RangeError where given values do not fill the shape. */
function initialValues({ name, shape, init }: ParameterSpec, random: Random): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  switch (init.kind) {
    case 'values':
      if (init.values.length !== values.length) {
        throw new RangeError(`values of ${name} must be ${values.length}, got ${init.values.length}`);
      }
      values.set(init.values);
      return values;
    case 'constant':
      return values.fill(init.value);
    case 'normal':
    case 'he': {
      const stddev = standardDeviation(init, shape);
      for (let i = 0; i < values.length; i++) values[i] = stddev * random.normal();
      return values;
    }
  }
}

function standardDeviation(init: Extract<Init, { kind: 'normal' | 'he' }>, shape: readonly number[]): number {
  return init.kind === 'normal' ? init.stddev : Math.sqrt(2 / sizeOf(shape.slice(0, -1)));
}
