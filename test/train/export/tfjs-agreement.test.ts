import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import type { Backend } from '../../../src/train/backends/backend.js';
import { openBackend } from '../../../src/train/backends/open-backend.js';
import { exportNetwork } from '../../../src/train/export/export-network.js';
import { nightgrid } from '../../../src/train/networks/nightgrid.js';
import type { Network, Weights } from '../../../src/train/networks/ops.js';
import { TfjsOps } from '../../../src/train/networks/tfjs-ops.js';
import { traceNetwork } from '../../../src/train/networks/trace.js';
import type { NhwcArray } from '../../support/reference-ops.js';
import { OPERATOR_CASES } from './operator-cases.js';
import { distance, inputOf, randomImage, randomWeights, runModel, image } from './run-model.js';

describe('an exported network', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openBackend('wasm');
  });
  afterAll(() => backend.close());

  it.each(Object.entries(OPERATOR_CASES))('computes %s as in training', async (name, operator) => {
    const { network, input = [6, 10, 5], range } = operator;
    const random = new Random(name.length);
    const weights = randomWeights(network, input, random);
    const day = randomImage(input, random, range);
    await expectSame({ network, outputs: ['y'], weights, day, tolerance: 1e-5 });
  });

  it('computes the look network as in training', async () => {
    const random = new Random(12);
    const weights = randomWeights(nightgrid, [144, 256, 3], random);
    const day = image(144, 256, 3, (_, __, c) => Math.fround(c === 0 ? random.next() : random.between(-0.2, 0.2)));
    await expectSame({ network: nightgrid, outputs: ['grid', 'lights'], weights, day, tolerance: 1e-3 });
  });
});

async function expectSame<K extends string>(options: {
  readonly network: Network<K>;
  readonly outputs: readonly K[];
  readonly weights: Weights;
  readonly day: NhwcArray;
  readonly tolerance: number;
}): Promise<void> {
  const { network, outputs, weights, day, tolerance } = options;
  const input = inputOf(day);
  const named = outputs.map((output) => ({ name: `${output} out`, output }));
  const found = await runModel(exportNetwork({ network, inputName: 'x', input, outputs: named, weights }), day);
  const trained = trainedOutputs(network, { outputs, weights, day });
  for (const [i, { name, output }] of named.entries()) {
    expect(distance(found[name]!, trained[i]!), output).toBeLessThan(tolerance);
  }
}

/** The outputs as TensorFlow.js computes them. */
function trainedOutputs<K extends string>(
  network: Network<K>,
  { outputs, weights, day }: { readonly outputs: readonly K[]; readonly weights: Weights; readonly day: NhwcArray },
): NhwcArray[] {
  const { parameters, statistics } = traceNetwork(network, inputOf(day));
  const tensors = tf.tidy(() => {
    const weightTensors = new Map(
      [...parameters, ...statistics].map(({ name, shape }) => [name, tf.tensor(weights.get(name)!, [...shape])]),
    );
    const results = network(new TfjsOps(weightTensors), tf.tensor(Float32Array.from(day.data), [...day.shape]));
    return outputs.map((name): tf.Tensor => results[name]);
  });
  const images = tensors.map(nhwcOf);
  tf.dispose(tensors);
  return images;
}

function nhwcOf(y: tf.Tensor): NhwcArray {
  const [height, width, channels] = y.rank === 4 ? y.shape.slice(1) : [1, 1, ...y.shape.slice(1)];
  const data = y.dataSync();
  return image(height!, width!, channels!, (row, column, c) => data[(row * width! + column) * channels! + c]!);
}
