import * as tf from '@tensorflow/tfjs-core';

import type { Random } from '../core/random.js';
import type { Init, ParameterSpec, Weights } from './networks/ops.js';
import { sizeOf } from './networks/trace.js';

/**
 * All parameters of a network as one float32 tensor, so that an optimiser's step is a few operations on one vector
 * rather than a few per parameter: on a GPU every launch costs.
 *
 * Owns its tensors until {@link close}.
 */
export class ParameterVector {
  /** In the order in which they lie in the vector. */
  readonly parameters: readonly ParameterSpec[];
  /** Numbers in the vector. */
  readonly size: number;
  #flat: tf.Tensor1D;
  #tensors: ReadonlyMap<string, tf.Tensor>;

  /** Parameters at their start. Throws RangeError where an initialiser's values do not fill its shape. */
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
    this.#tensors = this.#kept(this.#flat);
  }

  /** Every parameter, `[size]`. Lent until the next {@link replace}, {@link load} or {@link close}. */
  get flat(): tf.Tensor1D {
    return this.#flat;
  }

  /** Each parameter by name in its own shape. Lent until the next {@link replace}, {@link load} or {@link close}. */
  get tensors(): ReadonlyMap<string, tf.Tensor> {
    return this.#tensors;
  }

  /** Takes a new vector `[size]`; the former tensors are disposed. */
  replace(flat: tf.Tensor1D): void {
    this.#requireSize(flat.size);
    this.close();
    this.#flat = tf.keep(flat);
    this.#tensors = this.#kept(this.#flat);
  }

  /** One tensor a parameter, in their order, as one `[size]`: what gradients need. The caller disposes it. Throws RangeError for other sizes. */
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

  /** A vector `[size]` as each parameter by name in its own shape. The caller disposes them. Throws RangeError for another size. */
  split(flat: tf.Tensor1D): ReadonlyMap<string, tf.Tensor> {
    this.#requireSize(flat.size);
    const sizes = this.parameters.map(({ shape }) => sizeOf(shape));
    const parts = tf.tidy(() =>
      tf.split(flat, sizes).map((part, index) => tf.reshape(part, [...(this.parameters[index]?.shape ?? [])])),
    );
    return new Map(parts.map((part, index) => [this.parameters[index]?.name ?? '', part]));
  }

  /**
   * A number for every number of the vector, `[size]`: that of the longest prefix of its parameter's name in `byPrefix`, else 1.
   * Throws RangeError for a prefix that no parameter has.
   */
  spread(byPrefix: Readonly<Record<string, number>>): Float32Array {
    const prefixes = Object.keys(byPrefix).sort((a, b) => b.length - a.length);
    for (const prefix of prefixes) {
      if (!this.parameters.some(({ name }) => name.startsWith(prefix))) {
        throw new RangeError(`a prefix must begin a parameter's name, got ${prefix}`);
      }
    }
    const spread = new Float32Array(this.size).fill(1);
    let at = 0;
    for (const { name, shape } of this.parameters) {
      const prefix = prefixes.find((candidate) => name.startsWith(candidate));
      const end = at + sizeOf(shape);
      if (prefix !== undefined) spread.fill(byPrefix[prefix] ?? 1, at, end);
      at = end;
    }
    return spread;
  }

  /** The parameters as numbers; a copy. */
  async weights(): Promise<Weights> {
    return this.named(await readVector(this.#flat));
  }

  /** A vector's parameters by name; views of it. Throws RangeError where the length is not {@link size}. */
  named(vector: Float32Array): Weights {
    this.#requireSize(vector.length);
    let at = 0;
    return new Map(
      this.parameters.map(({ name, shape }) => [name, vector.subarray(at, (at += sizeOf(shape)))] as const),
    );
  }

  /** Copies parameters in, all of them. Throws RangeError where one is absent or has another size. */
  load(weights: Weights): void {
    const vector = new Float32Array(this.size);
    for (const [name, place] of this.named(vector)) {
      const values = weights.get(name);
      if (values?.length !== place.length) {
        throw new RangeError(`weights must hold ${place.length} numbers for ${name}, got ${values?.length ?? 'none'}`);
      }
      place.set(values);
    }
    this.replace(tf.tensor1d(vector));
  }

  close(): void {
    this.#flat.dispose();
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors = new Map();
  }

  #kept(flat: tf.Tensor1D): ReadonlyMap<string, tf.Tensor> {
    const tensors = this.split(flat);
    for (const tensor of tensors.values()) tf.keep(tensor);
    return tensors;
  }

  #requireSize(length: number): void {
    if (length !== this.size) throw new RangeError(`a vector must hold ${this.size} numbers, got ${length}`);
  }
}

/** A tensor's numbers; a copy. */
export async function readVector(tensor: tf.Tensor): Promise<Float32Array> {
  return Float32Array.from(await tensor.data());
}

/** A parameter's numbers at the start, row-major. Throws RangeError where given values do not fill the shape. */
export function initialValues({ name, shape, init }: ParameterSpec, random: Random): Float32Array {
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
