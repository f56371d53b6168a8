import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { partEncoder, type PartFeatures } from '../../../src/train/networks/part-encoder.js';
import { TfjsOps } from '../../../src/train/networks/tfjs-ops.js';
import { traceNetwork } from '../../../src/train/networks/trace.js';
import { useBackend } from '../use-backend.js';

const SIDE = 16;
const FILTERS = 4;

beforeAll(useBackend);

/** Weights of an encoder, with statistics so that a patch is encoded by itself, or without. */
function encoderWeights(hasStatistics: boolean): ReadonlyMap<string, tf.Tensor> {
  const random = new Random(5);
  const traced = traceNetwork(
    (ops, x) => ({ code: partEncoder(ops, x, { patches: 1, filters: FILTERS }).code }),
    [SIDE, SIDE, 3],
  );
  const specs = [...traced.parameters, ...(hasStatistics ? traced.statistics : [])];
  const value = (name: string): number => (name.endsWith('/variance') ? random.between(0.5, 2) : 0.2 * random.normal());
  return new Map(
    specs.map(({ name, shape }) => [
      name,
      tf.tidy(() =>
        tf.tensor(
          Array.from({ length: size(shape) }, () => value(name)),
          [...shape],
        ),
      ),
    ]),
  );
}

const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Sets of patches, `[N patches, 16, 16, 3]`, from indices of a fixed store of patches. */
function patchesOf(indices: readonly number[]): tf.Tensor4D {
  const length = SIDE * SIDE * 3;
  const values = indices.map((index) => {
    const random = new Random(100 + index);
    return Float32Array.from({ length }, () => random.between(-1, 1));
  });
  return tf.tensor4d(Float32Array.from(values.flatMap((patch) => [...patch])), [indices.length, SIDE, SIDE, 3]);
}

function encode(weights: ReadonlyMap<string, tf.Tensor>, indices: readonly number[], patches: number): Float32Array[] {
  const features: PartFeatures<tf.Tensor> = partEncoder<tf.Tensor>(new TfjsOps(weights), patchesOf(indices), {
    patches,
    filters: FILTERS,
  });
  return [...features.levels, features.code].map((tensor) => tensor.dataSync() as Float32Array);
}

function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  return Math.max(...a.flatMap((part, i) => [...part].map((value, j) => Math.abs(value - b[i]![j]!))));
}

describe('partEncoder', () => {
  it.each([true, false])('gives the same features for every order of the patches, statistics given: %s', (given) => {
    const weights = encoderWeights(given);
    const ordered = encode(weights, [1, 2, 3, 4, 5, 6], 3);
    expect(Math.max(...ordered[2]!)).toBeGreaterThan(0.05);
    expect(largestDifference(encode(weights, [3, 1, 2, 6, 5, 4], 3), ordered)).toBeLessThan(1e-5);
    expect(largestDifference(encode(weights, [1, 2, 4, 3, 5, 6], 3), ordered)).toBeGreaterThan(0.01); // other sets
  });

  it('sums any number of patches at every level and in the code', () => {
    const weights = encoderWeights(true);
    const single = [1, 2, 3, 4].map((index) => encode(weights, [index], 1));
    for (const count of [1, 2, 4]) {
      const together = encode(weights, [1, 2, 3, 4].slice(0, count), count);
      const sums = together.map((part, level) =>
        part.map((_, i) => single.slice(0, count).reduce((sum, features) => sum + features[level]![i]!, 0)),
      );
      expect(largestDifference(together, sums)).toBeLessThan(1e-5);
    }
  });

  it('has the published layers', () => {
    const shapesAt = (side: number): unknown =>
      traceNetwork(
        (ops, x) => {
          const { levels, code } = partEncoder(ops, x, { patches: 3 });
          return { ...Object.fromEntries(levels.map((level, i) => [`level${i + 1}`, level])), code };
        },
        [side, side, 3],
      ).outputs;
    expect(shapesAt(64)).toEqual({
      level1: [32, 32, 64],
      level2: [16, 16, 128],
      level3: [8, 8, 256],
      level4: [4, 4, 512],
      code: [1, 1, 128],
    });
    expect(shapesAt(128)).toMatchObject({ level1: [64, 64, 64], level5: [4, 4, 512], code: [1, 1, 128] });
    expect(() => shapesAt(60)).toThrow('the side of a patch must be 4 times a power of 2, got 60');
  });
});
