import * as tf from '@tensorflow/tfjs-core';

import type { Random } from '../core/random.js';
import type { ParameterSpec, Weights } from './networks/ops.js';
import { sizeOf } from './networks/trace.js';
import { readVector } from './parameter-vector.js';

/** Lower bound of a norm that is divided by, as in PyTorch. */
const EPSILON = 1e-12;

/** Estimates of the first singular vectors of a kernel, taken as a matrix `[size * size * in, filters]`. */
interface SingularVectors {
  /** `[1, filters]`. */
  readonly u: tf.Tensor2D;
  /** `[size * size * in, 1]`. */
  readonly v: tf.Tensor2D;
}

/**
 * The first singular vectors of a network's kernels (parameters named `.../kernel`), tracked by power iteration while the kernels
 * change (Miyato et al. 2018, algorithm 1). Owns its tensors until {@link close}.
 */
export class SpectralState {
  #vectors: ReadonlyMap<string, SingularVectors>;

  private constructor(vectors: ReadonlyMap<string, SingularVectors>) {
    this.#vectors = vectors;
  }

  /** Starts from random vectors. */
  static create(parameters: readonly ParameterSpec[], random: Random): SpectralState {
    const direction = (count: number): tf.Tensor2D =>
      tf.tidy(() =>
        normalise(
          tf.tensor2d(
            Float32Array.from({ length: count }, () => random.normal()),
            [count, 1],
          ),
        ),
      );
    return new SpectralState(
      new Map(
        parameters.filter(isKernel).map(({ name, shape }) => {
          const filters = shape.at(-1) ?? 1;
          const u = tf.tidy(() => tf.keep(tf.reshape<tf.Rank.R2>(direction(filters), [1, filters])));
          return [name, { u, v: tf.keep(direction(sizeOf(shape) / filters)) }] as const;
        }),
      ),
    );
  }

  /** By kernel name. Lent until the next {@link iterate}, {@link load} or {@link close}. */
  get vectors(): ReadonlyMap<string, SingularVectors> {
    return this.#vectors;
  }

  /** Runs one power iteration. Call it once a step, before the weights are used. @param weights lent. */
  iterate(weights: ReadonlyMap<string, tf.Tensor>): void {
    const vectors = new Map(
      [...this.#vectors].map(([name, { u }]) => {
        const next = tf.tidy(() => {
          const matrix = asMatrix(kernelOf(weights, name));
          const v = normalise(tf.matMul(matrix, u, false, true));
          return { v: tf.keep(v), u: tf.keep(normalise(tf.matMul(v, matrix, true, false))) };
        });
        return [name, next] as const;
      }),
    );
    this.close();
    this.#vectors = vectors;
  }

  /** `NAME/u` and `NAME/v` of each kernel; a copy. */
  async state(): Promise<Weights> {
    const state = new Map<string, Float32Array>();
    for (const [name, { u, v }] of this.#vectors) {
      state.set(`${name}/u`, await readVector(u));
      state.set(`${name}/v`, await readVector(v));
    }
    return state;
  }

  /** Copies a state in. Throws RangeError where a vector is missing or has another size. */
  load(state: Weights): void {
    const read = (key: string, [rows, columns]: [number, number]): tf.Tensor2D => {
      const values = state.get(key);
      if (values?.length !== rows * columns) {
        throw new RangeError(`a state must hold ${rows * columns} numbers for ${key}, got ${values?.length ?? 'none'}`);
      }
      return tf.keep(tf.tensor2d(values.slice(), [rows, columns]));
    };
    const vectors = new Map(
      [...this.#vectors].map(
        ([name, { u, v }]) => [name, { u: read(`${name}/u`, u.shape), v: read(`${name}/v`, v.shape) }] as const,
      ),
    );
    this.close();
    this.#vectors = vectors;
  }

  close(): void {
    for (const { u, v } of this.#vectors.values()) tf.dispose([u, v]);
  }
}

/**
 * The weights with each kernel divided by its largest singular value; other weights are unchanged. Gradients reach the kernels
 * with the singular vectors held constant, as in PyTorch. The caller disposes the quotients (a `tf.tidy` around the step does).
 */
export function applySpectralNorm(
  weights: ReadonlyMap<string, tf.Tensor>,
  state: SpectralState,
): ReadonlyMap<string, tf.Tensor> {
  return new Map(
    [...weights].map(([name, weight]) => {
      const vectors = state.vectors.get(name);
      if (!vectors) return [name, weight] as const;
      const outer = tf.reshape(tf.matMul(vectors.v, vectors.u), weight.shape);
      return [name, tf.div(weight, tf.sum(tf.mul(weight, outer)))] as const;
    }),
  );
}

function isKernel({ name, shape }: ParameterSpec): boolean {
  return name.endsWith('/kernel') && shape.length > 1;
}

function kernelOf(weights: ReadonlyMap<string, tf.Tensor>, name: string): tf.Tensor {
  const kernel = weights.get(name);
  if (!kernel) throw new RangeError(`weights must hold ${name}, got ${[...weights.keys()].join(', ')}`);
  return kernel;
}

/** `[size * size * in, filters]`. */
function asMatrix(kernel: tf.Tensor): tf.Tensor2D {
  const filters = kernel.shape.at(-1) ?? 1;
  return tf.reshape(kernel, [kernel.size / filters, filters]);
}

function normalise(vector: tf.Tensor2D): tf.Tensor2D {
  return tf.div(vector, tf.maximum(tf.sqrt(tf.sum(tf.square(vector))), EPSILON));
}
