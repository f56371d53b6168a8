import { readFileSync } from 'node:fs';

import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

import type { ParameterSpec, Weights } from '../../../src/train/networks/ops.js';
import { sizeOf } from '../../../src/train/networks/trace.js';

/** Mean of the absolute values, and mean of the products with the pattern 99. */
export type Digest = readonly [number, number];

/** The values of a network in classic.json. */
export interface NetworkCase {
  readonly outputs: readonly Digest[];
  readonly loss: number;
  readonly input: Digest;
  readonly parameters: readonly Digest[];
}

/** The losses of a step of cycle_gan_case(). */
export interface LossesCase {
  readonly terms: Readonly<Record<'ganA' | 'ganB' | 'cycleA' | 'cycleB' | 'identityA' | 'identityB', number>>;
  readonly total: number;
  readonly lossDA: number;
  readonly lossDB: number;
}

/** A step of cycle_gan_case(). */
export interface StepCase extends LossesCase {
  readonly gradients: Readonly<Record<'netGA' | 'netGB' | 'netDA', readonly Digest[]>>;
}

/** The content of classic.json. */
export interface ClassicReference {
  readonly counts: Readonly<Record<'resnet9' | 'resnet6' | 'patch', number>>;
  readonly resnet: NetworkCase;
  readonly unet: NetworkCase;
  readonly patchInstance: NetworkCase;
  readonly patchNone: NetworkCase;
  readonly multiScale: NetworkCase;
  readonly gan: Readonly<
    Record<
      'lsgan' | 'vanilla' | 'hinge',
      {
        readonly generator: number;
        readonly generatorGradients: readonly Digest[];
        readonly discriminator: number;
        readonly discriminatorGradients: readonly Digest[];
      }
    >
  >;
  readonly look: {
    readonly l1: number;
    readonly l1Gradient: Digest;
    readonly variation: number;
    readonly variationGradient: Digest;
  };
  readonly adam: readonly (readonly number[])[];
  readonly learningRate: readonly number[];
  readonly spectral: {
    readonly u: readonly number[];
    readonly weight: Digest;
    readonly output: Digest;
    readonly gradients: readonly Digest[];
  };
  readonly cycleGan: readonly StepCase[];
  readonly cycleGanModel: readonly LossesCase[];
}

/** The values of PyTorch. */
export function classicReference(): ClassicReference {
  // written by classic_reference.py
  return JSON.parse(readFileSync(new URL('classic.json', import.meta.url), 'utf8')) as ClassicReference;
}

/** The script's pattern(). */
export function pattern(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (((i * 7919 + seed * 104729) % 65521) ** 2 % 2003) / 1001 - 1);
}

/** The script's image(), `[N, H, W, C]`. */
export function image(shape: [number, number, number, number], seed: number): tf.Tensor4D {
  return tf.tensor4d(pattern(sizeOf(shape), seed), shape);
}

/** The script's fill(). */
export function filled(parameters: readonly ParameterSpec[], seed: number): Weights {
  return new Map(
    parameters.map(({ name, shape }, index) => {
      const factor = shape.length > 1 ? Math.sqrt(3 / sizeOf(shape.slice(0, -1))) : 0.1;
      return [name, pattern(sizeOf(shape), seed + index).map((value) => value * factor)];
    }),
  );
}

/** Compares a tensor to its digest in PyTorch. The tolerance is relative to the mean absolute value, plus the rounding of float32. */
export function expectDigest(tensor: tf.Tensor, [meanAbsolute, product]: Digest, what: string, tolerance = 1e-4): void {
  const values = Float32Array.from(tensor.dataSync());
  const factors = pattern(values.length, 99);
  let [sum, products] = [0, 0];
  values.forEach((value, i) => {
    sum += Math.abs(value);
    products += value * factors[i]!;
  });
  const bound = tolerance * meanAbsolute + 1e-6;
  expect(Math.abs(sum / values.length - meanAbsolute), `mean absolute of ${what}`).toBeLessThan(bound);
  expect(Math.abs(products / values.length - product), `product of ${what}`).toBeLessThan(bound);
}
